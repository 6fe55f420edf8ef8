"""Words by which places are told from what is called alike: common words, countries."""

from __future__ import annotations

# Words of the language that are the names of places, or might be: with a capital because a sentence opens,
# they are words.
WORDS = frozenset(
    """
    accord accueil aide allier allons ambre amour aqueduc arc arche ardoise argent art artisanat aube
    auge avril baie bains balance banque barre bassin beau beauté belle berger bois bonne borne bosse
    bouche boulangerie bourg bourse branches bruyeres cadre camp campagne cap carrefour cause cave
    cerise chambre champ champagne champs chapelle charbon charge charme charmes chasse chateau chaume
    chaux chemin chene cher chevre ciel clairiere clef cloche cognac col colombe combe commune concorde
    condom confort contre corps cote cour couronne cours couture creuse croix cuisine cure
    dame degre die digne dole eau eaux echelle ecole eglise enfer ensemble entraide epine escale espace
    esperance etable etang etoile europe fabrique faisan faux faverolles fer ferme fermes feu fiefs
    fleur foire folie fontaine force foret forets forge forges fort fosse four fours foyer franc frange
    frontiere gap garde gare garenne gers glace gorge grace grand grande granges gras grasse grave
    grilles guerre halle halles ham haut haute hiver horizon horloge hors hospice hotel ile iles indre
    industrie industries interieur jardin jeune joie jour journee jours juillet juin juste labour laine
    laines lait lande landes lanterne larme laurier lavoir levier liberte lieu ligne limite lin
    lion loge loges logis longue lot loup loups lumiere lune lutte lux mai main maison manche mandarine
    manoir marais marche mare marine mars mas matin mer mesure metairie meule mine mines miroir moment
    monde montagne montagnes mouche moulin moulins mur mure murs neige neuf neuve nice noble nord noyer
    noyers nuit nuits ombre or orange orge orme ormes orne ouest outils page paille pain paix palais
    palette parc paris part pas passage passe passion patrie pays peine penser perche pierre pierres pin
    pins piste place plage plaine plan planche planches plante poche pointe pomme pommes pommier pont
    ponts porc port porte portes poste pouce poudre poule prairie pre premier pres presse printemps
    prise projet promenade puits quai quart quartier quatre quatrieme quinze rang recolte region reine
    rennes reseau retour reunion rive rives riviere roc roche roches roi roque rose route rue ruelle
    rues sac sage saint sainte saison salle salles sante sapin saule saules sauve selle seul seve siege
    signes sites societe soie soin soleil somme sommet sortie source sources sud suite suspension table
    tableau talent tan tel tele tempete temps tendre terme termes terrasse terre terres test tete
    theatre thermes tilleul tilleuls toit tour tours train trait trappe travail travaux treize trembles
    trente trois tuilerie usine val valence vallee vallon vannes varennes vaux vence vendange vent vente
    verger vert vie vienne vif vigne vignes vignoble village villages ville villes vin vins vis vitre
    voie voile voisins voute voyage vue zone
    """.split()  # noqa: SIM905 - as a list
)
# Abroad are towns of the same names: "Vienne, en Autriche".
COUNTRIES = frozenset(
    """
    afghanistan albanie algerie allemagne andorre angleterre argentine armenie australie autriche belgique
    benin bolivie bosnie bresil bulgarie burkina cambodge cameroun canada chili chine chypre colombie congo
    coree croatie cuba danemark ecosse egypte emirats equateur espagne estonie etats ethiopie finlande gabon
    georgie ghana grece guinee haiti hongrie inde indonesie irak iran irlande islande israel italie japon
    jordanie kenya kosovo lettonie liban libye lituanie luxembourg macedoine madagascar mali malte maroc
    mauritanie mexique moldavie monaco mongolie niger nigeria norvege oman ouganda pakistan pays perou
    philippines pologne portugal qatar quebec roumanie royaume russie rwanda senegal serbie slovaquie
    slovenie somalie soudan suede suisse syrie tanzanie tchad tchequie thailande togo tunisie turquie
    ukraine uruguay venezuela vietnam
    """.split()  # noqa: SIM905 - as a list
)

"""Words by which names of bodies, of people and of other things are told apart."""

from __future__ import annotations

from ecograph.understanding.entries import GENERIC

# Words that tell a body besides those that begin the names of many.
KINDS = GENERIC | {
    *("atelier", "bureau", "cabinet", "cooperative", "conservatoire", "delegation", "entreprise"),
    *("fabrique", "ferme", "foyer", "grappe", "incubateur", "interprofession", "laiterie", "manufacture"),
    *("observatoire", "pepiniere", "scierie", "studio", "technopole", "usine", "clinique", "compagnie"),
    *("commission", "compagnon", "secour", "chu", "ehpad", "gaec", "scea", "cuma", "collectif"),
    *("bank", "college", "foundation", "institute", "university", "industrie", "technologie"),
    *("developpement", "innovation", "consulting", "conseil", "service", "solution", "energie", "system"),
}
# Those of them that are no places: with a capital after an article, their names need no other one.
INSTITUTIONS = frozenset(
    {
        *(
            "agence",
            "association",
            "comite",
            "commission",
            "confederation",
            "conseil",
            "delegation",
            "federation",
        ),
        *("fondation", "fonds", "institut", "interprofession", "ligue", "office", "syndicat", "union"),
    }
)
# Acronyms that name nobody.
NO_NAMES = frozenset(
    """
    padd duerp cse pse fco mhe epr copil pv ag ca chsct cssct iso en nf kwh mwh qpv rga tms pai duer
    caces sst bp lgv thd ftth rmi api apl als lep pel ldd cel iban bic raid gir usb ssd api sql fcpe
    aap ab adn ae aoc aop aoo bafa bepa bpjeps bprea btp ccas cctp cej cep cfe clect cpom crte cte cuma
    cvae ddrm detr dgf dgd dicrim dob dpu dsil dsp dup eau ebe espic ess etp fctva feader feder fipd
    fnadt fpic fse gemapi hcr iae ichn jei leader lgv maec mapa msap oad oap opah opco oqtf pacte
    paec papi pat pcs pdalhpd pdu pfac pies plh plui plm pmr podd ppa ppri ppri ppr psc puma reseda rgaa
    rifseep rqth rsa rsu sig siqo sraddet srade srdeii sru sst tad taxe tdma teom ter
    tfpb thd tih tlpe trm ttc twh uem zrr
    aoc aop api asap av b2b bac bd bim bip bts but cao cap cas cdd cdi ceo cfo cia cifre cii cir cnc
    co2 covid crm csg cto cv cvtheque dab dao dpe drh dut dvd ehpad epi erp erratum eti faq fin foire
    gnl gnv gpl gps gr gsm hlm hqe html ia ial icpe igp info iot ipad irm isbn iso ivg kbis lcd led ltd
    mooc nb nfc ntic nucleaire ocr ogm onu opa ost otan pac pao pcaet pcb pct pdf pdg pib plu plui pme
    pmi ppam pib ps pvc qr qsr r&d rd rdv re2020 rer rgpd rh rib rn rnd rse rsi rtt saas sage sav scot
    sdage sig siren siret sida smic sms sos srl stg stop ter tgv tic tiers tms tnt tpe tv tva ue uht url
    urgent usa usb vae vdi vf vip vo voip vpn vrp vtc vtt wifi wc zac zae zan zfe znieff zone zrr
    """.split()  # noqa: SIM905 - as a list, one a line
)
# Parties stand in brackets after who is of them, and are nobody's employer.
PARTIES = frozenset(
    {"PS", "LR", "RN", "PCF", "LFI", "EELV", "UDI", "MoDem", "LREM", "DVG", "DVD", "Horizons"}
)
# Words for territories: with the name of one, they name it and no body.
LANDS = frozenset(
    {"departement", "region", "ville", "commune", "village", "canton", "pays", "massif", "parc"}
)
# Given names of people in France (general knowledge): one of them makes a name a person's.
GIVEN = frozenset(
    """
    abdel abdelkader abdou abel abigail achille ada adam adama adelaide adele adeline adnan adolphe
    adriana adrien agathe agnes ahlem ahmed aicha aida aime aimee aissa aissatou alain alan albane
    albert alejandro alessandro alessia alexandra alexandre alexia alexis alfred ali alice alicia alida
    alienor alima aline alix alphonse alva alvaro amadou amandine amar ambre ambroise amedee amel amelie
    ameline amina aminata amine amir ana anais anatole andre andrea andrei andres andrew ange angele
    angelica angelina angelique angelo anissa anita anja ann anna annabelle anne annette annick annie
    anouk anselme anthony antoine antonia antonin antonio antony apolline arielle aristide arlette
    armand armande armelle arnaud arsene arthur arthus artur assia astrid athena aubin aude audrey
    augusta auguste augustin augustine aurele aurelie aurelien auriane aurore avril axel aymeric ayoub
    aziz balthazar baptiste baptistin barbara barnabe bartholome basile bastian bastien beatrice beatriz
    belkacem ben benedicte benedikt benjamin benoit berangere berengere bernadette bernard bernardo
    berthe bertille bertrand bianca bienvenu bilal blaise blanche blandine bob boris brahim brendan
    briac brian brice brieuc brigitte bruna bruno calixte camelia camille candice capucin capucine
    carine carla carlos carmen carole caroline cassandra catarina catherine cathy cecile cedric celeste
    celestin celestine celia celine cemal cesar chahinez chantal chantale charlene charles charlotte
    charly cheikh chiara chloe chris christelle christian christiane christina christine christophe
    christopher claire clara claude claudette claudia claudine claudio clea clelia clemence clement
    clementine cleo clio clotaire clothilde clotilde colette colin coline colomban come constance
    constant constantin cora coralie coraline corentin corinne cosima crispin cynthia cyprien cyriaque
    cyril cyrille dalila damien daniel daniela daniele danielle danilo daphne dario dave david davy dean
    debora deborah delia delphine denis denise denys desire desiree diana diane didier diego dimitri
    dina dino djamel djamila dolores dominique domitille donatien dora dorian doriane doris dorothee
    driss duncan dylan ebru eddy edgar edgard edith edmee edmond edouard eduardo edwige eglantine elena
    eleonora eleonore elia eliane elias elie eline eliot elisa elisabeth elise elisee ella ellen elliot
    elodie eloi eloise elsa elvira elvire emeline emeric emile emilia emilie emilien emilio emma
    emmanuel emmanuelle emre enzo eric ernest ernestine erwan esperance esteban estelle esteve esther
    ethan etienne etiennette eudes eugene eulalie euphrasie eustache eva evan eve evelina evelyne evrard
    fabien fabienne fabrice fadila faical fanny faouzi farid farida fatih fatiha fatima fatma fatou
    fatoumata faustine fedor felicia felicie felicite felix ferdinand ferhat fernand fernande fernando
    fidele filipe filippo firmin flavie flavien fleur flora flore florence florent florestan florette
    florian floriane florie fouad foued frances francesca francesco francette francine francis francisco
    franck francky francois francoise frank fred freddy frederic frederique gabriel gabriela gabriella
    gabrielle gael gaelic gaelle gaetan gaia garance gary gaspard gaston gauthier gautier gaylord
    genevieve geoffrey georges georgette gerald geraldine gerard germain germaine germano gerome
    gertrude ghislaine gianni gilbert gilberte gilda gilles ginette gino giovanni gisele giulia giuseppe
    gladys gloria godefroy gontran gonzague gracieuse graziella gregoire gregor gregory greta guenole
    guillaume gulsen gustave guy gwen gwenael gwenaelle gwendoline gwenola habib hadrien hakim halima
    hamid hamza hana hanae hanna hannah hans harold harry hassan hatem hector hedi heidi helen helena
    heloise henri henriette henrik henry hermine herve hicham hilaire hippolyte honore honorine horace
    hortense houria hubert hugo hugues huguette humbert hyacinthe iban ibrahim ida idir idriss igor
    ikram ilan ilyes iman imane imed imene inaki ines inga ingrid inna irene irma isaac isabella
    isabelle isaline isaure ismael ismail ivan iwan jacinthe jack jacky jacob jacqueline jacques jad
    jade jalil jamal james jamila jan jana jane janine jaouad jasmine jason jawad jean jeanne jeannine
    jeff jennifer jenny jeremie jeremy jerome jerry jessica jessie jessy jihane jim jimmy joachim joan
    joanna joao joaquim jocelyne joe joel joelle johan johann johanna john johnny jon jonathan jordan
    jorge jose josef joseph josephine josette joshua josiane josie josselin josue joy joyce juan judith
    jules julia juliana juliane julianne juliano julie julien juliette julio jurgen juste justin justine
    kader kamel karen karim karima karine karl karol kate katell kathleen kathy katia katy keith kelly
    ken kenza kenzo kerstin kevin khadija kim klaus koffi kristel ladislas laetitia laila lambert lamia
    lana lara larbi lars laszlo latifa laura laure laurence laurene laurent lauriane laurie laurine
    lauryn lazare lea leandre leila lelia lena lenny leo leon leonard leonardo leonce leone leonie
    leonore leontine leopold leslie lewis lia liam lila lilas lili lilian liliana liliane lily lina
    linda line lino lionel lionnel lisa lise lisette liv livia loan loane logan loic lola lorena lorenzo
    loris lorraine lotfi lou louane louis louisa louise louison louka loup lubin luc luca lucas luciana
    luciano lucie lucien lucienne lucile lucio lucrece ludivine ludovic luigi luis luisa luna lydia
    lydie lyes lylou lysiane mabel madeleine madina mael maelle maelys maeva magali mahaut mahdi mahmoud
    mai maia mailys maite majid malek malia malick malika malo mamadou manon mansour mara marc marceau
    marcel marcelin marceline marcelle marcello marco marcos marcus margarida margarita margaux margerie
    margot marguerite maria mariam mariama marianne mariano marie mariella marielle mariette marilou
    marilyne marina marine mario marion marius marjorie mark markus marlene marlon marouan marouane
    marta martha marthe martial martin martina martine marvin mary marylene marylin maryline marylise
    maryse maryvonne massimo mateo matheo mathias mathieu mathilda mathilde mathis matilda matt matteo
    matthew matthias matthieu maud maureen maurice mauricette mauro max maxence maxim maxime maximilien
    maya mayeul maylis medard mehdi mehmet melanie melina melinda meline melissa melissandre meriem
    merlin meryem mia michael michel michele micheline mickael mickaelle miguel mike mikel milan mildred
    milena milla milo mimoun mina mira mireille miriam mirko mohamed moise mona monia monique morgan
    morgane morgann mouna mounia mounir mourad moussa moustapha muriel murielle mustafa mustapha myriam
    myrtille nabil nabila nadege nadia nadine nadir nadjet nahla naila naima najat najib najoua nancy
    nans naomi narcisse nassim nassima natacha natalia nathalie nathan nawal nazim nelly nelson nestor
    nicholas nico nicodeme nicolas nicole nicolette nihal nikita nikola nils nina ninon nisrine noah
    noam noe noel noelie noelle noelline noemi noemie nolan nolwenn nora norbert nordine norman nour
    noura nourredine nuno oceane octave octavie odette odile odilon olaf oleg olga olive olivia olivier
    olympe omar ombeline ondine ophelie oriane orlando orlane ornella orso oscar osman osvaldo oswald
    othman otto ousmane owen pablo paco pamela paola paolo paquita parfait pascal pascale pascaline
    patrice patricia patrick patrizia patty paul paula paulette paulin pauline paulo pedro peggy
    penelope perceval perrine peter petra phil philibert philippe philippine philomene pia pier pierre
    pierrette pierrick pietro placide pol prisca priscilla prosper prudence prune qassim quentin rabah
    rachel rachid rachida rafael rahma raissa ralph ramatoulaye ramdane ramon ramona ramzi rania raoul
    raphael raphaelle raul raymond raymonde rebecca reda redouane regina reginald regine regis reine
    reinhard remi remy renald renato renaud rene renee richard rita robert roberta roberto robin
    robinson rocco rodolfo rodolphe rodrigo rodrigue roger rogerio roland rolande romain romane romaric
    romeo romuald romy ronald ronan ronny rosa rosalie rosaline rose roselyne rosemarie rosette rosine
    ross rossana roxane roy roza ruben rudy rufin ruth ryan saad sabine sabri sabrina sabrine sacha
    sadia safia said saida salah salem salim salima sally salma salome salvatore sam samantha samba sami
    samia samir samira samuel samy sandie sandra sandrine sandro sandy sanjay sara sarah sasha saskia
    sauveur saverine savinien scott sean sebastien segolene selena selim selma serena serge sergei
    sergio serguei servane severin severine shana shirley sibylle sid sidonie sigrid silvia silvio
    simeon simon simone sixte slimane sofia sofiane solange solene solenn solenne soline solveig sonia
    sonny sophie soraya souad soufiane soumaya stan stanislas stef stefan stefania stella stephan
    stephane stephanie stephen steve steven stuart suzanne suzie sybille sydney sylvain sylvaine
    sylvestre sylvette sylvia sylviane sylvie tahar tamara tanguy tania tanya tarek tariq tatiana
    tatienne ted teddy telma teresa teresina tess tessa thais thea thelma theo theodora theodore
    theodule theophile therese thibaud thibault thibaut thierno thierry thomas tiago tibor tim timeo
    timothe timothee tina tino tiphaine titouan tobias tom toma tomas tommaso tommy toni tony toussaint
    tracy trang trevor tristan ugo ulrich ulysse umberto urbain urs ursula uwe valentin valentine valere
    valeria valeriane valerie valery vanessa vera veronica veronique vicente vicky victoire victor
    victoria victorien victorine vidal vigdis viktor vincent vincenzo viola violaine violette virginie
    vitalie vito viviane vladimir wafa walid walter wanda warren wassim wendy werner wilfrid wilfried
    will william willy winnie wladimir wolfgang xabi xavier xaviere yacine yael yaelle yago yamina yan
    yanis yann yannick yannis yasmina yasmine yassin yassine yoan yoann yohan yohann yohanna yolaine
    yolande yoni youcef younes younous yousra youssef yuri yves yvette yvon yvonne zahia zahra zaina
    zakaria zeina zelie zeynep zineb zinedine zoe zohra zora zoubida
    """.split()  # noqa: SIM905 - as a list, one a line
)
# What is done, made or sold, as names of companies end, in French and English; in the singular.
TRADES = frozenset(
    """
    aero aeronautique aerospace agencement agro agroalimentaire amenagement architecture assainissement
    assurance audiovisuel automation automobile bardage batiment beton bioenergie biotech biotechnologie
    biotechnology boisson bois broderie bureautique capital carrelage carrosserie ceramique cereale
    charpente chaudronnerie chauffage chimie climatisation composite communication construction
    cosmetique cosmetic couverture cuir decoration decoupe demolition depannage digital distribution
    domotique eau ebenisterie editing edition education elagage electric electricite electronic
    electronique elevage emballage energie energy engineering environnement environment equipement
    espace etancheite europe expertise export facade ferronnerie finance food foncier forage foret
    forestier formation france fruit fluide garden genie global group habitat helicopter horticulture
    immobilier immo import industry informatique ingenierie innovation interactive international invest
    irrigation isolation jardinage jardin lab legume lighting logiciel logistic logistique loisir
    machine maconnerie maintenance marketing materiau materiaux mecanique mecatronique media medical
    menuiserie metal metallerie metallurgie mobilite mobility motoculture motor multimedia nautique
    negoce networks numerique optique optic outillage papier parfum partner paysage peinture pharma
    pharmaceutical photonique piscine plastique platrerie plomberie power precision primeur production
    propulsion publicite quincaillerie ravalement recyclage recycling renovation renouvelable reseau
    restauration robotic robotique salaison sanitaire sante satellite security securite semence
    serrurerie signaletique software solaire solar solution sonorisation space studio surgele system
    systeme technique techno technologie technology tech telecom terrassement textile therapeutic
    toiture tourisme traiteur transformation transmission transport travaux tuyauterie usinage vegetal
    viande vigneron vin vitrerie voirie voyage water zinguerie
    """.split()  # noqa: SIM905 - as a list, one a line
)
COMPANY_FORMS = frozenset(
    {"sa", "sas", "sasu", "sarl", "eurl", "scop", "scic", "snc", "selarl", "gmbh", "ltd"}
)
# What the words of a name tell of the kind of actor: notations of the scheme `actor-types`.
KIND_OF = {
    "association": "association",
    "fondation": "association",
    "agence": "agence-developpement",
    "cluster": "cluster",
    "grappe": "cluster",
    "chambre": "chambre",
    "federation": "federation-professionnelle",
    "confederation": "federation-professionnelle",
    "interprofession": "federation-professionnelle",
    "syndicat": "federation-professionnelle",
    "union": "federation-professionnelle",
    "reseau": "club-reseau",
    "club": "club-reseau",
    "laboratoire": "laboratoire",
    "institut": "laboratoire",
    "observatoire": "laboratoire",
    "universite": "universite",
    "faculte": "universite",
    "incubateur": "incubateur",
    "pepiniere": "incubateur",
    "technopole": "incubateur",
    "banque": "banque",
    "caisse": "banque",
    "fonds": "fonds",
    "prefecture": "service-etat",
    "ministere": "service-etat",
    "direction": "service-etat",
    "region": "region",
    "departement": "departement",
    "conseil": "collectivite",
    "communaute": "epci",
    "commune": "commune",
    "mairie": "commune",
    "ville": "commune",
}

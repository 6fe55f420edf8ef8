"""Words by which names of bodies, of people and of other things are told apart."""

from __future__ import annotations

from ecograph.understanding.linking import GENERIC

# Words that tell a body besides those that begin the names of many.
KINDS = GENERIC | {
    *("atelier", "bureau", "cabinet", "cooperative", "conservatoire", "delegation", "entreprise"),
    *("fabrique", "ferme", "foyer", "grappe", "incubateur", "interprofession", "laiterie", "manufacture"),
    *("observatoire", "pepiniere", "scierie", "studio", "technopole", "usine"),
    *("bank", "college", "foundation", "institute", "university", "industrie", "technologie"),
    *("developpement", "innovation", "consulting", "conseil", "service", "solution", "energie", "system"),
}
# Acronyms that name nobody.
NO_NAMES = frozenset(
    """
    adn api b2b bac bts but cap cdd cdi ceo cifre cii cir co2 covid dut ehpad eti fin gps html ia info
    iot led onu pac pdf pdg pib pme pmi ppam qr r&d rd rh rse sav sig stop tpe tva ue url usa vae wifi
    """.split()  # noqa: SIM905 - as a list, one a line
)
# Words for territories: with the name of one, they name it and no body.
LANDS = frozenset(
    {"departement", "region", "ville", "commune", "village", "canton", "pays", "massif", "parc"}
)
# The given names that most people in France bear (general knowledge): one of them makes a name a person's.
GIVEN = frozenset(
    """
    ada adele adrien agathe agnes ahmed alain alan albane albert alexandra alexandre alexia alice
    aline alix amandine amelie anais andre andrea angele anna annabelle anne annick antoine antonin
    apolline armand arnaud arthur astrid aude audrey aurelie aurelien aurore axel baptiste barbara
    bastien beatrice benedicte benjamin benoit bernadette bernard bertrand blandine brigitte bruno
    camille capucine carine carole caroline catherine cecile cedric celia celine chantal charlene
    charles charlotte chloe christelle christian christiane christine christophe claire clara claude
    claudette claudine clemence clement clementine colette coralie corentin corinne cyril cyrille damien
    daniel daniele danielle david deborah delphine denis denise diane didier dominique dorothee edith
    edmond edouard eleonore eliane elisabeth elise elodie eloise emile emilie emma emmanuel emmanuelle
    eric erwan esteban estelle etienne eugene eva evelyne fabien fabienne fabrice fanny fatima felix
    ferdinand fernand flavie florence florent florian francis franck francois francoise frederic
    frederique gabriel gabrielle gael gaelle gaetan gaspard genevieve geoffrey georges georgette gerald
    gerard germaine ghislaine gilbert gilles ginette gisele gregoire gregory guillaume guy gwenaelle
    hassan henri henriette herve hubert hugo hugues ibrahim ines irene isabelle jacqueline jacques jean
    jeanne jeannine jennifer jeremie jeremy jerome jessica joachim jocelyne joel joelle johan johanna
    john jonathan jordan joseph josette josiane josselin jules julia julie julien juliette justine karim
    karima karine kevin khadija laetitia laura laure laurence laurent laurie lea leila leo leon leonie
    liliane lionel lisa loic louis louise luc lucas lucie lucien lucienne ludivine ludovic lydie
    madeleine mael maeva magali manon marc marcel marcelle margaux margot marguerite maria marianne
    marie marina marion marjorie marlene marthe martin martine mary maryse mateo mathias mathieu
    mathilde mathis matthias matthieu maud maurice max maxence maxime mehdi melanie melissa michael
    michel michele micheline mickael mireille mohamed monique morgane muriel myriam nadege nadia nadine
    nans natacha nathalie nathan nicolas nicole nina noe noel noemie odette odile olga olivia olivier
    oscar pascal pascale patrice patricia patrick paul paulette pauline peter philippe pierre pierrette
    quentin rachel rachid raphael raphaelle raymond raymonde regine regis remi remy rene renee richard
    robert robin rodolphe roger roland romain romane ronan rosalie roxane sabine sabrina samantha
    samir samuel sandra sandrine sarah sebastien serge severine simon simone sofia solange solene sonia
    sophie stephane stephanie steve suzanne sylvain sylvie tanguy theo theodore therese thibaud thibault
    thierry thomas tiphaine titouan tristan ugo ursula valentin valentine valerie vanessa veronique
     victor victoria vincent virginie viviane william xavier yann yannick yasmine yoann yolande
    youssef yves yvette yvon yvonne zoe
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

"""What the interface says, in French and in English: one pair a text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ecograph.web.typography import LANGUAGES, typeset

_SAID: Mapping[str, tuple[str, str]] = {
    # Frame
    "skip": ("Aller au contenu", "Skip to content"),
    "tagline": ("De votre projet aux ressources du territoire", "From your project to local resources"),
    "nav": ("Navigation principale", "Main navigation"),
    "nav_home": ("EcoGraph, accueil", "EcoGraph, home"),
    "nav_search": ("Rechercher", "Search"),
    "nav_match": ("Décrire un projet", "Describe a project"),
    "nav_queries": ("Questions", "Questions"),
    "nav_about": ("À propos", "About"),
    "other_language": ("English", "Français"),
    "footer": (
        "EcoGraph, graphe de connaissances ouvert. Données sous Licence Ouverte 2.0, code sous licence "
        "Apache 2.0.",
        "EcoGraph, an open knowledge graph. Data under Licence Ouverte 2.0, code under the Apache 2.0 "
        "licence.",
    ),
    "accessibility": ("Accessibilité", "Accessibility"),
    "fictitious": ("Fictif", "Fictitious"),
    "fictitious_banner": ("Données de démonstration, fictives", "Demonstration data, fictitious"),
    "fictitious_page": (
        "Cette page montre des acteurs ou des projets inventés pour l'essai. Ils portent la mention « "
        "Fictif ».",
        "This page shows actors or projects made up for trying things out. They are marked “Fictitious”.",
    ),
    "fictitious_one": (
        "Cette fiche est inventée pour l'essai : elle ne décrit rien de réel.",
        "This record is made up for trying things out: it describes nothing real.",
    ),
    # Resolution
    "resolution_title": ("Doublons", "Duplicates"),
    "resolution_lead": (
        "Des fiches qui décrivent peut-être la même organisation. Rien n'est réuni sans qu'une personne "
        "le décide, et toute décision se défait.",
        "Records that may describe the same organisation. Nothing is merged unless a person decides it, "
        "and every decision can be undone.",
    ),
    "resolution_key": ("Votre clé", "Your key"),
    "resolution_key_hint": (
        "Pour voir ce que votre clé permet de voir, et pour décider si elle permet d'écrire.",
        "To see what your key may see, and to decide if it may write.",
    ),
    "resolution_key_use": ("Utiliser cette clé", "Use this key"),
    "resolution_pairs": ("Paires à décider : {n}", "Pairs to decide: {n}"),
    "resolution_none": ("Aucune paire à décider.", "No pair to decide."),
    "resolution_reason": ("Pourquoi (facultatif)", "Why (optional)"),
    "resolution_merge": ("Réunir", "Merge"),
    "resolution_apart": ("Garder séparées", "Keep apart"),
    "resolution_undo": ("Revenir sur cette décision", "Undo this decision"),
    "resolution_decided": ("Décisions en vigueur", "Decisions that hold"),
    "resolution_is_one": ("réunie avec", "merged into"),
    "resolution_is_other": ("distincte de", "kept apart from"),
    "resolution_contradicted": (
        "Attention : les fiches réunies portent des identifiants officiels différents ({told}).",
        "Warning: the merged records bear different official identifiers ({told}).",
    ),
    "resolution_pages": ("Pages", "Pages"),
    "resolution_previous": ("Page précédente", "Previous page"),
    "resolution_next": ("Page suivante", "Next page"),
    # Home
    "home_title": (
        "Votre projet, les ressources de votre territoire",
        "Your project, the resources around you",
    ),
    "home_lead": (
        "EcoGraph relie le projet concret d'une entreprise aux aides, aux compétences, aux laboratoires "
        "et aux réseaux "
        "qui peuvent le faire avancer. Dites ce que vous voulez faire, avec vos mots : vous verrez qui "
        "peut vous aider, "
        "et pourquoi.",
        "EcoGraph links a company's concrete project to the funding, skills, laboratories and networks "
        "that can move it "
        "forward. Say what you want to do, in your own words: you will see who can help, and why.",
    ),
    "describe": ("Décrivez votre projet", "Describe your project"),
    "describe_hint": (
        "Ce que vous voulez faire, ce qui vous manque, où vous êtes. Quelques phrases suffisent.",
        "What you want to do, what you lack, where you are. A few sentences are enough.",
    ),
    "describe_example": (
        "Nous séchons des plantes aromatiques en Lozère et voulons réduire notre facture d'énergie.",
        "We dry aromatic plants in Lozère and want to cut our energy bill.",
    ),
    "example": ("Par exemple :", "For example:"),
    "describe_go": ("Trouver des ressources", "Find resources"),
    "search_or": ("Ou cherchez directement", "Or search directly"),
    "search_label": ("Rechercher une ressource", "Search for a resource"),
    "search_hint": ("Une aide, un laboratoire, une compétence…", "A grant, a laboratory, a skill…"),
    "search_go": ("Rechercher", "Search"),
    "home_numbers": ("Dans le graphe", "In the graph"),
    "home_poles": ("Par pôle", "By pole"),
    "home_projects": ("Des projets pour essayer", "Projects to try out"),
    "home_projects_lead": (
        "Un projet par pôle, avec ses besoins et les ressources qui y répondent.",
        "One project a pole, with its needs and the resources that answer them.",
    ),
    "home_sources": ("D'où viennent les données", "Where the data come from"),
    "projects": ("projets", "projects"),
    "actors": ("acteurs", "actors"),
    "offers": ("offres et dispositifs", "offers and schemes"),
    "competences": ("compétences", "competences"),
    "source": ("Source", "Source"),
    "licence": ("Licence", "Licence"),
    "publisher": ("Éditeur", "Publisher"),
    # Search
    "search_title": ("Rechercher", "Search"),
    "results_one": ("{n} résultat", "{n} result"),
    "results_many": ("{n} résultats", "{n} results"),
    "results_for": ("pour « {q} »", "for “{q}”"),
    "similar_one": ("et 1 article semblable", "and 1 similar item"),
    "similar_many": ("et {n} articles semblables", "and {n} similar items"),
    "variants": (
        "Le même dispositif dans d'autres territoires ({n})",
        "The same scheme in other territories ({n})",
    ),
    "filters": ("Filtres", "Filters"),
    "filters_apply": ("Appliquer les filtres", "Apply the filters"),
    "filters_active": ("Filtres actifs", "Active filters"),
    "filter_remove": ("Retirer le filtre", "Remove the filter"),
    "search_understood": ("Compris dans votre demande", "Understood in your request"),
    "understood_remove": ("Ne pas tenir compte de", "Set aside"),
    "size": ("Taille", "Size"),
    "activity": ("Activité", "Activity"),
    "competence": ("Compétence", "Competence"),
    "filters_clear": ("Tout effacer", "Clear all"),
    "filters_more": ("{n} de plus", "{n} more"),
    "type": ("Catégorie", "Category"),
    "kind": ("Genre", "Kind"),
    "pole": ("Pôle", "Pole"),
    "territory": ("Territoire", "Territory"),
    "axis": ("Axe d'innovation", "Innovation axis"),
    "stage": ("Stade du projet", "Project stage"),
    "open": ("Ouverture", "Opening"),
    "open_closed": ("Close depuis le {date}", "Closed since {date}"),
    "open_soon": ("Ouvre le {date}", "Opens on {date}"),
    "open_until": ("Ouverte jusqu’au {date}", "Open until {date}"),
    "relevance": ("Pertinence", "Relevance"),
    "why": ("Pourquoi", "Why"),
    "feedback_title": ("Donner un avis", "Give feedback"),
    "feedback_give": ("Utile, ou non ?", "Helpful, or not?"),
    "feedback_about": ("Proposé pour :", "Proposed for:"),
    "feedback_question": ("Cette ressource répond-elle au besoin ?", "Does this resource answer the need?"),
    "feedback_helpful": ("Oui, elle est utile", "Yes, it is helpful"),
    "feedback_not-relevant": ("Non, elle n'est pas pertinente", "No, it is not relevant"),
    "feedback_reason": (
        "Pourquoi ? (facultatif ; sans nom de personne)",
        "Why? (optional; no names of persons)",
    ),
    "feedback_key": ("Votre clé d'écriture", "Your key to write"),
    "feedback_go": ("Enregistrer cet avis", "Keep this feedback"),
    "feedback_kept": (
        "Merci : cet avis est enregistré, et compte dans les prochaines réponses.",
        "Thank you: this is kept, and counts in the answers to come.",
    ),
    "feedback_amiss_verdict": (
        "Choisissez une réponse : utile, ou pas pertinente.",
        "Choose: helpful, or not relevant.",
    ),
    "feedback_amiss_key": (
        "Il faut une clé en service pour donner un avis : demandez-la à qui tient ce site.",
        "Giving feedback takes a key in use: ask whoever runs this site for one.",
    ),
    "score_details": ("Détail du score", "How the score adds up"),
    "score_caption": ("Ce qui compte dans le score de « {label} »", "What counts in the score of “{label}”"),
    "reason": ("Raison", "Reason"),
    "contribution": ("Contribution", "Contribution"),
    "total": ("Score", "Score"),
    "lexical_only": (
        "La recherche se fait ici par les mots seuls : le modèle de sens n'est pas installé.",
        "Search works here by words alone: the model of meaning is not installed.",
    ),
    "none_title": ("Rien ne répond à cette recherche", "Nothing answers this search"),
    "none_words": (
        "Essayez moins de mots, ou des mots plus courants : « énergie » plutôt que « récupération de "
        "chaleur fatale ».",
        "Try fewer words, or more usual ones: “energy” rather than “waste heat recovery”.",
    ),
    "none_filters": ("Retirez un filtre, ou effacez-les tous.", "Remove a filter, or clear them all."),
    "none_describe": (
        "Décrivez plutôt votre projet en quelques phrases",
        "Or describe your project in a few sentences",
    ),
    "pages": ("Pages de résultats", "Result pages"),
    "page_of": ("Page {n} sur {last}", "Page {n} of {last}"),
    "previous": ("Page précédente", "Previous page"),
    "next": ("Page suivante", "Next page"),
    # Match
    "match_title": ("Décrire un projet", "Describe a project"),
    "match_for": ("Qui peut aider ce projet", "Who can help this project"),
    "match_edit": ("Modifier ma description", "Change my description"),
    "understood": ("Ce que nous avons reconnu", "What we recognised"),
    "understood_in": ("dans « {words} »", "in “{words}”"),
    "understood_none": (
        "Aucun terme de notre vocabulaire n'a été reconnu : nous avons cherché par les mots et par le sens. "
        "Nommez un métier, une technique ou un département pour préciser.",
        "No term of our vocabulary was recognised: we searched by words and by meaning. "
        "Name a trade, a technique or a département to be more precise.",
    ),
    "match_overall": ("Les ressources les plus proches", "The closest resources"),
    "match_need": ("Besoin {n}", "Need {n}"),
    "match_outside": ("Hors de votre territoire", "Outside your territory"),
    "groups": ("Par genre de ressource", "By kind of resource"),
    "bridges": ("Métissage : ce qu'un autre pôle apporte", "Crossovers: what another pole brings"),
    "bridges_lead": (
        "D'autres pôles détiennent un savoir-faire que ce projet demande.",
        "Other poles hold know-how that this project asks for.",
    ),
    "bridge_need": ("Pour le besoin « {need} »", "For the need “{need}”"),
    "ask": ("La question à poser maintenant", "The question to ask now"),
    "ask_settles_one": (
        "Une ressource n'attend que cette réponse pour que l'on sache si elle convient.",
        "One resource waits for this answer alone before we know whether it fits.",
    ),
    "ask_settles_many": (
        "{n} ressources n'attendent que cette réponse pour que l'on sache si elles conviennent.",
        "{n} resources wait for this answer alone before we know whether they fit.",
    ),
    "ask_concerns": (
        "{n} ressources attendent cette réponse, parmi d'autres.",
        "{n} resources wait for this answer, among others.",
    ),
    "ask_go": ("Répondre", "Answer"),
    "facts_given": ("Préciser l'entreprise, ou simuler", "Tell more about the company, or simulate"),
    "facts_given_lead": (
        "Ce que vous donnez ici remplace ce que l'on sait, pour cette réponse seulement : et si l'entreprise "
        "avait 60 salariés, ou changeait de département ?",
        "What you give here takes the place of what is known, for this answer only: what if the company had "
        "60 employees, or moved to another département?",
    ),
    "facts_go": ("Recalculer", "Work it out again"),
    "facts_unknown": ("Comme connu", "As known"),
    "fact_headcount": ("Nombre de salariés", "Number of employees"),
    "fact_naf": ("Activité (NAF)", "Activity (NAF)"),
    "fact_territory": ("Commune, département ou région", "Town, département or region"),
    "fact_territory_hint": ("Mende, 48000, Lozère…", "Mende, 48000, Lozère…"),
    "fact_legal_form": ("Forme juridique", "Legal form"),
    "fact_founded_on": ("Date de création", "Founded on"),
    "fact_stage": ("Stade du projet", "Project stage"),
    "whatif": ("Ce que cela change", "What this changes"),
    "whatif_same": (
        "Rien : les mêmes ressources restent proposées, aux mêmes conditions.",
        "Nothing: the same resources are offered, on the same conditions.",
    ),
    "whatif_eligible": ("Critères désormais remplis", "Criteria met now"),
    "whatif_not_eligible": ("Un critère n'est plus rempli", "A criterion is not met any more"),
    "whatif_entered": ("Proposées là, et pas avant", "Offered there, and not before"),
    "whatif_left": ("Ne sont plus proposées", "Not offered any more"),
    "match_outside_lead": (
        "Ces ressources conviendraient, mais elles ne sont pas proposées là où se trouve le projet : {places}.",
        "These resources would fit, but they are not offered where the project is: {places}.",
    ),
    "match_none": (
        "Aucune ressource du graphe ne répond à ce besoin. Dites autrement ce que vous cherchez, ou "
        "élargissez la recherche.",
        "No resource of the graph answers this need. Say what you seek in other words, or widen the search.",
    ),
    "match_all": ("Voir toutes les ressources proposées", "See all the resources proposed"),
    "on_this_page": ("Sur cette page", "On this page"),
    "eligible_met": ("Critères remplis", "Criteria met"),
    "eligible_unknown": ("Éligibilité à vérifier", "Eligibility to check"),
    "eligible_not_met": ("Un critère n'est pas rempli", "A criterion is not met"),
    "criterion_met": ("rempli", "met"),
    "criterion_unknown": ("inconnu", "unknown"),
    "criterion_not_met": ("non rempli", "not met"),
    "missing": ("donnée manquante : {what}", "missing datum: {what}"),
    # Resource
    "facts": ("Ce que l'on sait", "What is known"),
    "facts_more": ("Textes, autres noms et identifiants", "Texts, other names and identifiers"),
    "mentions": ("Ce qui s'y rapporte", "What refers to it"),
    "show_more": ("Afficher {n} de plus", "Show {n} more"),
    "fits": ("Les projets auxquels elle convient", "The projects that it fits"),
    "fits_lead": (
        "Les projets du graphe dont un besoin appelle cette ressource, avec les mêmes raisons que dans l'autre "
        "sens.",
        "The projects of the graph with a need for this resource, for the same reasons as the other way round.",
    ),
    "home_gaps": ("Ce qui manque au territoire", "What the territory lacks"),
    "review_title": ("Relire ce qui a été compris", "Review what was understood"),
    "review_lead": (
        "Un programme a relevé ceci dans des textes : acceptez ce qui est juste, rejetez ce qui est faux. Votre décision est gardée, quoi qu'on relise.",
        "A program read this in texts: accept what is right, reject what is wrong. Your decision is kept, whatever is read again.",
    ),
    "review_states": ("Ce qu'il faut montrer", "What to show"),
    "review_waiting": ("À relire", "To review"),
    "review_proposed": ("Tout ce qui est proposé", "All that is proposed"),
    "review_confirmed": ("Accepté", "Accepted"),
    "review_rejected": ("Rejeté", "Rejected"),
    "review_count": ("{n} passages", "{n} passages"),
    "review_level": ("(niveau : {level})", "(level: {level})"),
    "level_public": ("public", "public"),
    "level_partners": ("partenaires", "partners"),
    "level_private": ("privé", "private"),
    "seen_from": ("visible dès le niveau : {level}", "seen from level: {level}"),
    "decided_for": (
        "La décision et sa raison sont visibles dès le niveau : {level}.",
        "The decision and its reason are seen from level: {level}.",
    ),
    "review_sure": ("sûr à {share}", "{share} sure"),
    "review_in": ("Dans :", "In:"),
    "review_key": ("Votre clé", "Your key"),
    "review_key_go": ("Montrer ce que je peux relire", "Show what I may review"),
    "review_no_key": ("Cette clé n'est pas en usage.", "This key is not in use."),
    "review_may_not": ("Cette clé permet de lire, non d'écrire.", "This key reads, and may not write."),
    "review_reason": ("Pourquoi (facultatif)", "Why (optional)"),
    "review_accept": ("Accepter", "Accept"),
    "review_reject": ("Rejeter", "Reject"),
    "review_done_confirmed": ("Accepté : c'est désormais énoncé.", "Accepted: it is stated from now on."),
    "review_done_rejected": ("Rejeté : ce n'est plus énoncé.", "Rejected: it is stated no more."),
    "role_mentions": ("mentionne", "mentions"),
    "role_inPole": ("relève du pôle", "belongs to the pole"),
    "role_relevantTo": ("concerne", "concerns"),
    "role_spatial": ("se situe dans", "is located in"),
    "method_linking": ("nom reconnu", "name recognised"),
    "method_poles": ("mots du domaine", "words of the field"),
    "method_spotting": ("nom repéré par un modèle", "name spotted by a model"),
    "review_unknown": (
        "Organisation que le graphe ne connaît pas encore.",
        "An organisation that the graph does not know yet.",
    ),
    "review_times": ("Nommée {n} fois.", "Named {n} times."),
    "review_whose": (
        "C'est déjà (adresse de l'organisation, facultatif ; sinon une fiche est créée)",
        "It is already (address of the organisation, optional; else a record is made)",
    ),
    "method_places": ("nom de lieu", "name of a place"),
    "gaps_title": ("Ce qui manque : les besoins que rien ne couvre", "Gaps: the needs that nothing covers"),
    "gaps_lead": (
        "Pour chaque besoin des projets, le graphe cherche qui répond là où ils se trouvent. Voici ceux pour "
        "lesquels il ne trouve rien d'assez proche.",
        "For each need of the projects, the graph looks for who answers where they are. Here are those for which "
        "it finds nothing near enough.",
    ),
    "gaps_count": ("{n} besoins sans réponse, sur {needs}", "{n} needs without an answer, of {needs}"),
    "gaps_list": ("Les besoins, du moins couvert au plus couvert", "The needs, the least covered first"),
    "gaps_project": ("Projet :", "Project:"),
    "gaps_wanted": ("Ce qu'il faudrait :", "What it takes:"),
    "gaps_nearest": ("Le plus proche ici :", "The nearest here:"),
    "gaps_elsewhere": ("Existe ailleurs :", "Exists elsewhere:"),
    "gaps_none": ("Aucun : tous les besoins ont une réponse.", "None: every need has an answer."),
    "related": ("Proches de cette fiche", "Close to this record"),
    "sources": ("Sources", "Sources"),
    "source_number": ("source {n}", "source {n}"),
    "formats": ("Cette fiche en données", "This record as data"),
    "iri": ("Adresse permanente", "Permanent address"),
    "needs": ("Ses besoins", "Its needs"),
    "search_these": ("Voir et filtrer tout ce qui s'y rattache", "See and filter all that is linked to it"),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
    # Saved queries
    "queries_title": ("Des questions toutes prêtes", "Ready-made questions"),
    "queries_lead": (
        "Chaque question interroge le graphe en SPARQL. Choisissez-en une ; ses réponses s'exportent en "
        "CSV ou en JSON.",
        "Each question queries the graph in SPARQL. Choose one; its answers can be saved as CSV or JSON.",
    ),
    "queries_ask": ("Poser la question", "Ask the question"),
    "queries_ask_named": ("Poser la question : {title}", "Ask the question: {title}"),
    "queries_none": ("Aucune question n'est enregistrée.", "No question is saved."),
    "query_any": ("Indifférent", "Any"),
    "query_required": ("obligatoire", "required"),
    "query_rows_one": ("{n} réponse", "{n} answer"),
    "query_rows_many": ("{n} réponses", "{n} answers"),
    "query_empty": (
        "Cette question n'a pas de réponse dans le graphe.",
        "This question has no answer in the graph.",
    ),
    "query_save": ("Enregistrer les réponses", "Save the answers"),
    "query_all": ("Toutes les questions", "All questions"),
    "query_text": ("Le texte SPARQL", "The SPARQL text"),
    # About and errors
    "about_title": ("À propos d'EcoGraph", "About EcoGraph"),
    "error_400": ("Cette demande n'est pas comprise", "This request is not understood"),
    "error_404": ("Cette page n'existe pas", "This page does not exist"),
    "error_413": ("Ce texte est trop long", "This text is too long"),
    "error_503": ("Le service n'est pas disponible", "The service is not available"),
    "error_other": ("La demande n'a pas abouti", "The request did not succeed"),
    "error_400_help": (
        "Une valeur de l'adresse n'est pas de celles que la page accepte. Reprenez depuis la recherche.",
        "A value in the address is not one that the page accepts. Start again from the search.",
    ),
    "error_404_help": (
        "La fiche a pu être retirée, ou l'adresse mal recopiée. La recherche vous remettra sur la piste.",
        "The record may have been withdrawn, or the address mistyped. Searching will put you back on track.",
    ),
    "error_413_help": ("Raccourcissez-le, puis recommencez.", "Shorten it, then try again."),
    "error_503_help": (
        "Rien n'est perdu : réessayez dans un instant.",
        "Nothing is lost: try again in a moment.",
    ),
    "error_other_help": (
        "Reprenez depuis l'accueil ; si cela recommence, dites-le à qui tient ce service.",
        "Start again from the home page; if it happens again, tell whoever runs this service.",
    ),
    "error_details": ("Détail technique", "Technical detail"),
    "back_home": ("Revenir à l'accueil", "Back to the home page"),
}


@cache
def texts(language: str) -> Mapping[str, str]:
    """Return all that the interface says in a language."""
    column = LANGUAGES.index(language)
    return MappingProxyType({key: typeset(pair[column], language) for key, pair in _SAID.items()})

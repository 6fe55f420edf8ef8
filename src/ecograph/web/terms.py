"""Terms as people call them: those of other vocabularies, and those of saved queries."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ecograph.web.typography import LANGUAGES, typeset

# Terms of other vocabularies that our ontology uses but does not describe.
_TERMS: Mapping[str, tuple[str, str]] = {
    "dct:title": ("titre", "title"),
    "dct:description": ("description", "description"),
    "dct:identifier": ("identifiant", "identifier"),
    "dct:spatial": ("territoire", "territory"),
    "dct:source": ("document source", "source document"),
    "dct:license": ("licence", "licence"),
    "dct:publisher": ("éditeur", "publisher"),
    "dct:created": ("créé le", "created on"),
    "dct:modified": ("modifié le", "modified on"),
    "dct:isPartOf": ("fait partie de", "part of"),
    "dct:language": ("langue", "language"),
    "dct:subject": ("sujet", "subject"),
    "dct:relation": ("en relation avec", "related to"),
    "dct:bibliographicCitation": ("référence", "reference"),
    "foaf:homepage": ("site web", "web site"),
    "foaf:name": ("nom", "name"),
    "foaf:Agent": ("agent", "agent"),
    "foaf:Document": ("document", "document"),
    "rdf:Property": ("propriété", "property"),
    "rdf:type": ("classe", "class"),
    "rdfs:label": ("nom", "name"),
    "rdfs:subClassOf": ("classe plus générale", "broader class"),
    "rdfs:subPropertyOf": ("propriété plus générale", "broader property"),
    "rdfs:domain": ("s'applique à", "applies to"),
    "rdfs:range": ("prend pour valeur", "takes as value"),
    "rdfs:isDefinedBy": ("défini par", "defined by"),
    "rdfs:seeAlso": ("voir aussi", "see also"),
    "skos:Concept": ("concept", "concept"),
    "skos:ConceptScheme": ("liste de concepts", "concept scheme"),
    "skos:prefLabel": ("nom", "name"),
    "skos:altLabel": ("autres noms", "other names"),
    "skos:hiddenLabel": ("mots reconnus", "recognised words"),
    "skos:definition": ("définition", "definition"),
    "skos:scopeNote": ("note d'emploi", "scope note"),
    "skos:note": ("note", "note"),
    "skos:notation": ("code", "code"),
    "skos:inScheme": ("liste", "scheme"),
    "skos:topConceptOf": ("premier rang de", "top concept of"),
    "skos:hasTopConcept": ("concepts de premier rang", "top concepts"),
    "skos:broader": ("concept plus général", "broader concept"),
    "skos:narrower": ("concepts plus précis", "narrower concepts"),
    "skos:closeMatch": ("proche de", "close match"),
    "http://www.w3.org/2002/07/owl#Class": ("classe", "class"),
    "http://www.w3.org/2002/07/owl#ObjectProperty": ("propriété", "property"),
    "http://www.w3.org/2002/07/owl#DatatypeProperty": ("propriété", "property"),
    "http://www.w3.org/2002/07/owl#Ontology": ("ontologie", "ontology"),
    "http://www.w3.org/2002/07/owl#versionInfo": ("version", "version"),
    "http://www.w3.org/2002/07/owl#versionIRI": ("adresse de la version", "version address"),
    "http://schema.org/domainIncludes": ("s'applique à", "applies to"),
    "http://schema.org/rangeIncludes": ("prend pour valeur", "takes as value"),
    "http://purl.org/vocab/vann/preferredNamespacePrefix": ("préfixe conseillé", "preferred prefix"),
    "http://purl.org/vocab/vann/preferredNamespaceUri": ("espace de noms", "namespace"),
}

# The same property, read from the other end.
_BACKWARD: Mapping[str, tuple[str, str]] = {
    "eco:acceptsStage": ("offres qui acceptent ce stade", "offers that accept this stage"),
    "eco:actionOf": ("ses actions", "its actions"),
    "eco:actorType": ("acteurs de ce genre", "actors of this kind"),
    "eco:availableIn": ("ressources qui y sont proposées", "resources offered there"),
    "eco:carriedBy": ("projets portés", "projects carried"),
    "eco:claimant": ("compétences affirmées", "claimed competences"),
    "eco:claimedCompetence": ("qui l'affirme", "claimed by"),
    "eco:coversCompetence": ("offres qui la couvrent", "offers that cover it"),
    "eco:fundingType": ("financements de ce genre", "funding of this kind"),
    "eco:hasFunder": ("finance", "funds"),
    "eco:hasNeed": ("besoin du projet", "need of the project"),
    "eco:hasOperator": ("opère", "operates"),
    "eco:hostedAt": ("accueille", "hosts"),
    "eco:inPole": ("dans ce pôle", "in this pole"),
    "eco:legalForm": ("sous cette forme juridique", "of this legal form"),
    "eco:memberOf": ("membres", "members"),
    "eco:naf": ("dans cette activité", "in this activity"),
    "eco:needKind": ("besoins de ce genre", "needs of this kind"),
    "eco:offeredBy": ("propose", "offers"),
    "eco:offersCompetence": ("acteurs qui l'offrent", "actors that offer it"),
    "eco:onAxis": ("sur cet axe", "on this axis"),
    "eco:partner": ("projets en partenariat", "projects as a partner"),
    "eco:partnerOf": ("partenaires", "partners"),
    "eco:pathOf": ("parcours d'accompagnement", "support path"),
    "eco:postIn": ("fonctions", "posts"),
    "eco:requiresCompetence": ("besoins qui la demandent", "needs that ask for it"),
    "eco:resourceType": ("ressources de ce genre", "resources of this kind"),
    "eco:stage": ("projets à ce stade", "projects at this stage"),
    "eco:targetOf": ("objectifs", "targets"),
    "dct:isPartOf": ("comprend", "has parts"),
    "dct:publisher": ("publie", "publishes"),
    "dct:source": ("fiches tirées de ce document", "records taken from this document"),
    "dct:spatial": ("situés ici", "located here"),
    "skos:broader": ("plus précis", "narrower"),
    "skos:hasTopConcept": ("premier rang de", "top concept of"),
    "skos:inScheme": ("concepts de la liste", "concepts of the scheme"),
    "skos:topConceptOf": ("concepts de premier rang", "top concepts"),
}

# What saved queries call their parameters and the columns of their answers.
_NAMES: Mapping[str, tuple[str, str]] = {
    "action": ("action", "action"),
    "activity": ("activité", "activity"),
    "actor": ("acteur", "actor"),
    "actorPole": ("pôle de l'acteur", "pole of the actor"),
    "actors": ("acteurs", "actors"),
    "area": ("territoire", "territory"),
    "axis": ("axe", "axis"),
    "body": ("organisme", "body"),
    "carrier": ("porteur", "carrier"),
    "closes": ("clôture", "closes"),
    "company": ("entreprise", "company"),
    "competence": ("compétence", "competence"),
    "competences": ("compétences", "competences"),
    "confidence": ("confiance", "confidence"),
    "count": ("nombre", "count"),
    "criterion": ("critère", "criterion"),
    "dimension": ("dimension", "dimension"),
    "evidence": ("preuve", "evidence"),
    "fictitious": ("fictif", "fictitious"),
    "first": ("premier", "first"),
    "from": ("à partir du", "from"),
    "funder": ("financeur", "funder"),
    "headcount": ("effectif", "headcount"),
    "held": ("compétence détenue", "competence held"),
    "homepage": ("site web", "web site"),
    "kind": ("genre", "kind"),
    "laboratory": ("laboratoire", "laboratory"),
    "level": ("niveau", "level"),
    "licence": ("licence", "licence"),
    "link": ("lien", "link"),
    "maxAmount": ("montant maximal", "highest amount"),
    "maxRate": ("taux maximal", "highest rate"),
    "maximum": ("maximum", "maximum"),
    "member": ("membre", "member"),
    "minimum": ("minimum", "minimum"),
    "name": ("nom", "name"),
    "need": ("besoin", "need"),
    "needs": ("besoins", "needs"),
    "network": ("réseau", "network"),
    "offer": ("offre", "offer"),
    "offers": ("offres", "offers"),
    "otherNames": ("autres noms", "other names"),
    "part": ("élément", "part"),
    "partner": ("partenaire", "partner"),
    "path": ("parcours", "path"),
    "place": ("lieu", "place"),
    "pole": ("pôle", "pole"),
    "programme": ("programme", "programme"),
    "project": ("projet", "project"),
    "projects": ("projets", "projects"),
    "property": ("propriété", "property"),
    "publisher": ("éditeur", "publisher"),
    "relation": ("relation", "relation"),
    "required": ("compétence demandée", "competence required"),
    "resource": ("ressource", "resource"),
    "resources": ("ressources", "resources"),
    "second": ("second", "second"),
    "since": ("depuis", "since"),
    "size": ("taille", "size"),
    "source": ("source", "source"),
    "stage": ("stade", "stage"),
    "subject": ("sujet", "subject"),
    "targetYear": ("année visée", "target year"),
    "task": ("mission", "task"),
    "territory": ("territoire", "territory"),
    "triples": ("énoncés", "statements"),
    "unit": ("unité", "unit"),
    "until": ("jusqu'au", "until"),
    "value": ("valeur", "value"),
    "verified": ("vérifié", "verified"),
    "visibility": ("visibilité", "visibility"),
    "year": ("année", "year"),
}

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def term(name: str, language: str) -> str | None:
    """Return the label of a term of another vocabulary, by its short form."""
    return _said(_TERMS, name, language)


def backward(name: str, language: str) -> str | None:
    """Return the label of a property read from its value, by its short form."""
    return _said(_BACKWARD, name, language)


def name_of(name: str, language: str) -> str:
    """Return how people call a parameter or column of a saved query; failing that, its words."""
    return _said(_NAMES, name, language) or _CAPITAL.sub(" ", name).lower()


def _said(table: Mapping[str, tuple[str, str]], name: str, language: str) -> str | None:
    pair = table.get(name)
    return typeset(pair[LANGUAGES.index(language)], language) if pair else None

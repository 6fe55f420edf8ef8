"""Makes the samples: small answers in the form of each portal, every name and number in them invented.

`python tests/sources/samples/generate.py` writes them again beside itself.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

HERE = Path(__file__).parent
# Valid by their check digit only; the companies do not exist.
SIRENS = ("100000009", "200000008", "300000007", "400000006", "500000005")


def json_file(name: str, document: Any) -> None:
    (HERE / name).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def ckan() -> None:
    package = {
        "id": "5f0c7a51-1111-4b1e-9c55-000000000001",
        "name": "zones-activites",
        "title": "Zones d'activités",
        "notes": "<p>Périmètres des <b>zones</b> d'activités.</p><script>alert(1)</script>",
        "license_url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
        "metadata_modified": "2026-03-02T10:11:12.131415",
        "organization": {"name": "agglo-exemple", "title": "Agglomération d'Exemple"},
        "tags": [{"name": "économie", "display_name": "Économie"}, {"name": "agro-industrie"}],
        "resources": [
            {"name": "Zones (GeoJSON)", "format": "GeoJSON", "url": "https://data.exemple.fr/zones.geojson"},
            {"name": "Zones (CSV)", "format": "CSV", "url": "https://data.exemple.fr/zones.csv"},
        ],
    }
    nameless = {"id": "5f0c7a51-1111-4b1e-9c55-000000000002", "title": "", "name": "", "resources": []}
    odd = {
        "id": "5f0c7a51-1111-4b1e-9c55-000000000003",
        "title": "Bornes de recharge",
        "metadata_modified": "hier",
        "license_url": "non précisée",
        "resources": "none",
    }
    results = [package, nameless, odd, {**package, "title": "Zones d'activités, encore"}]
    json_file("ckan.json", {"success": True, "result": {"count": len(results), "results": results}})


def udata() -> None:
    dataset = {
        "id": "6b02a555c92275fd42840e01",
        "title": "Laboratoires de la région d'Exemple",
        "description": "Équipes et **plateaux** techniques.\n\nMise à jour annuelle.",
        "tags": ["laboratoires", "santé et bien-être"],
        "license": "lov2",
        "last_update": "2026-05-04T03:02:01.000000+00:00",
        "organization": {"name": "Région d'Exemple"},
        "page": "https://www.data.exemple.fr/datasets/laboratoires/",
        "uri": "https://www.data.exemple.fr/api/1/datasets/laboratoires/",
        "resources": [
            {
                "title": "laboratoires.csv",
                "format": "csv",
                "latest": "https://www.data.exemple.fr/datasets/r/0001",
                "url": "https://static.data.exemple.fr/laboratoires.csv",
            }
        ],
    }
    json_file("udata.json", {"data": [dataset], "next_page": None, "page": 1, "page_size": 20, "total": 1})


def opendatasoft() -> None:
    nested = {
        "dataset_id": "tiers-lieux",
        "metas": {
            "default": {
                "title": "Tiers-lieux",
                "description": "<p>Espaces de travail&nbsp;partagés</p>",
                "keyword": ["numérique", "coworking"],
                "publisher": "Département d'Exemple",
                "modified": "2026-01-31T00:00:00+00:00",
                "license_url": "https://opendatacommons.org/licenses/odbl/",
                "language": "fr",
            }
        },
    }
    flat = {
        "datasetid": "marches",
        "default.title": "Marchés publics",
        "default.keyword": "achats;collectivités",
    }
    json_file("opendatasoft.json", [nested, flat])


def listing() -> None:
    records = [
        {
            "ref": "P1",
            "nom": "Séchoir solaire",
            "poles": ["chimie", "agro"],
            "porteur": {"siren": "732 829 320"},
        },
        {"ref": "P2", "nom": "Poutres collées", "poles": [], "porteur": {"siren": "732829321"}},
        {"ref": None, "nom": "Sans référence", "poles": None, "porteur": None},
        "P4",
    ]
    json_file("listing.json", {"meta": {"total": len(records)}, "results": records})


def laboratories() -> None:
    laboratory = {
        "numero_national_de_structure": "202600001X",
        "libelle": "LABORATOIRE D'EXEMPLE",
        "sigle": "LEX",
        "site_web": "https://lex.exemple.fr/",
        "code_postal": "48000",
        "commune": "MENDE",
        "nom_du_responsable": ["NE PAS LIRE"],
        "domaine_scientifique": ["Chimie", "Biologie"],
        "numero_de_structure_parent": None,
    }
    json_file("laboratories.json", [laboratory])


def ror() -> None:
    found = {
        "id": "https://ror.org/0example0",
        "status": "active",
        "types": ["facility"],
        "names": [
            {"value": "IEX", "types": ["acronym"], "lang": None},
            {"value": "Institut d'Exemple", "types": ["ror_display", "label"], "lang": "fr"},
        ],
        "links": [
            {"type": "website", "value": "https://iex.exemple.fr"},
            {"type": "wikipedia", "value": "https://fr.exemple.org/wiki/IEX"},
        ],
    }
    json_file("ror.json", {"number_of_results": 1, "items": [found], "meta": {}})


def register() -> None:
    found = {
        "siren": SIRENS[3],
        "nom_complet": "ATELIERS D'EXEMPLE (AEX)",
        "nom_raison_sociale": "ATELIERS D'EXEMPLE",
        "sigle": "AEX",
        "etat_administratif": "A",
        "statut_diffusion": "O",
        "nature_juridique": "5710",
        "activite_principale": "25.62B",
        "categorie_entreprise": "PME",
        "tranche_effectif_salarie": "12",
        "annee_tranche_effectif_salarie": "2023",
        "date_creation": "2003-04-05",
        "date_mise_a_jour": "2026-02-03T04:05:06",
        "siege": {"siret": siret(SIRENS[3]), "commune": "48095", "libelle_commune": "MENDE"},
    }
    closed = {**found, "siren": SIRENS[4], "nom_raison_sociale": "EXEMPLE FERMÉ", "etat_administratif": "C"}
    results = [found, closed]
    json_file(
        "register.json",
        {"results": results, "total_results": 2, "page": 1, "per_page": 10, "total_pages": 1},
    )


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _unit(siren: str, name: str, **others: str) -> dict[str, str]:
    told = {
        "denomination": name,
        "sigle": "",
        "prenom1": "",
        "nom": "",
        "nomUsage": "",
        "dateCreation": "2010-11-12",
        "trancheEffectifs": "02",
        "anneeEffectifs": "2023",
        "dateDernierTraitement": "2026-01-02T03:04:05.000",
        "etatAdministratif": "A",
        "categorieJuridique": "5499",
        "activitePrincipale": "16.10A",
        "nomenclatureActivitePrincipale": "NAFRev2",
        "statutDiffusion": "O",
        **others,
    }
    row = {f"{column}UniteLegale": value for column, value in told.items() if column != "categorieEntreprise"}
    return {"siren": siren, **row, "categorieEntreprise": told.get("categorieEntreprise", "PME")}


def _establishment(
    siren: str, commune: str, name: str, *, seat: str = "true", state: str = "A"
) -> dict[str, str]:
    return {
        "siren": siren,
        "siret": siret(siren),
        "etablissementSiege": seat,
        "etatAdministratifEtablissement": state,
        "codeCommuneEtablissement": commune,
        "libelleCommuneEtablissement": name,
    }


def siret(siren: str) -> str:
    """The SIRET of a unit's first establishment, with the right check digit."""
    from stdnum import luhn

    stem = f"{siren}0001"
    return stem + luhn.calc_check_digit(stem)


def sirene() -> None:
    units = [
        _unit(SIRENS[0], "SCIERIE D'EXEMPLE", sigle="SDX"),
        _unit(SIRENS[1], "COMMUNE D'EXEMPLE", categorieJuridique="7210", activitePrincipale="84.11Z"),
        _unit(SIRENS[2], "EXEMPLE FERMÉ", etatAdministratif="C"),
        _unit(SIRENS[3], "AILLEURS SAS", categorieJuridique="5710", categorieEntreprise="ETI"),
        _unit("123456789", "MAUVAISE CLÉ"),
        _unit(SIRENS[4], "", prenom1="[ND]", nom="[ND]", statutDiffusion="P", categorieJuridique="1000"),
    ]
    seats = [
        _establishment(SIRENS[0], "48095", "MENDE"),
        _establishment(SIRENS[1], "48092", "MARVEJOLS"),
        _establishment(SIRENS[2], "48095", "MENDE"),
        _establishment(SIRENS[3], "33063", "BORDEAUX"),
        _establishment(SIRENS[4], "48095", "MENDE"),
        _establishment("123456789", "48095", "MENDE"),
    ]
    (HERE / "StockUniteLegale.csv").write_text(_csv(units), "utf-8")
    with ZipFile(HERE / "StockEtablissement.zip", "w") as archive:
        # A fixed date: the same file each time.
        archive.writestr(ZipInfo("StockEtablissement_utf8.csv"), _csv(seats))


def aides() -> None:
    full = {
        "id": "EX-0001",
        "titre": "Diagnostic d'exemple",
        "promesse": "Faites le point sur votre atelier",
        "description": "Un diagnostic de l'atelier, financé en partie.",
        "eligibilite": "• Avoir un atelier\n• Être à jour de ses cotisations",
        "types_aides": ["subvention", "diagnostic", "inconnue"],
        "porteurs": [
            {"nom": "Région d'Exemple", "siren": SIRENS[1], "roles": ["financeur", "instructeur"]},
            {"nom": "Agence d'Exemple", "siren": "123456789", "roles": ["instructeur"]},
        ],
        "programmes_parents": ["Plan d'Exemple 2030"],
        "url_source": "https://aides.exemple.fr/diagnostic",
        "cibles": ["professionnels", "associations"],
        "eligibilite_geographique": ["REG-76", "DEP-2A", "COM-33998"],
        "eligibilite_geographique_exclusions": ["DEP-31", "COM-48998"],
        "date_ouverture": "2026-01-05T00:00:00Z",
        "date_cloture": "2026-12-31T23:59:59Z",
        "date_mise_a_jour": "2026-02-01",
        "base_juridique": [{"libelle": "Règlement d'exemple", "lien": "https://droit.exemple.fr/r/1"}],
        "eligibilite_effectif_minimal": 10,
        "eligibilite_effectif_maximal": 249,
        "eligibilite_categorie_taille_entreprise": ["PME", "ETI"],
        "eligibilite_annees_existence_minimal": 2,
        "eligibilite_forme_juridique": ["SARL", "SNC"],
        "eligibilite_forme_juridique_exclusions": ["EI"],
        "ciblage_secteur_activite": ["agro-industrie", "ameublement"],
        "ciblage_naf": ["C", "16", "10.11Z"],
        "ciblage_naf_exclusions": ["12", "11.01Z"],
        "chainage_paiement": "EX-0002",
    }
    small = {
        "id": "EX-0002",
        "titre": "Atelier d'exemple",
        "description": "Une journée.",
        "eligibilite": "Ouvert à tous",
        "types_aides": "formation",
        "porteurs": "[{ nom: 'Agence d\\'Exemple', siren: '', roles: [ 'diffuseur' ]}]",
        "cibles": "professionnels|martiens",
        "eligibilite_geographique": "PAYS-99100",
        "date_mise_a_jour": "2026-02-30",
        "ciblage_secteur_activite": "tous secteurs d'activité",
    }
    again, nameless = (
        {**small, "titre": "Le même identifiant"},
        {**small, "id": "", "titre": "Sans identifiant"},
    )
    json_file("aides.json", [full, small, again, nameless])
    cells = [
        {key: _cell(value) for key, value in scheme.items()} for scheme in (full, small, again, nameless)
    ]
    (HERE / "aides.csv").write_text(_csv(cells), "utf-8")


def communes() -> None:
    """The headings of Insee's communes and of La Poste's postcodes; the communes are invented."""
    head = ["TYPECOM", "COM", "REG", "DEP", "CTCD", "ARR", "TNCC", "NCC", "NCCENR", "LIBELLE"]
    head += ["CAN", "COMPARENT"]
    rows = [
        ("COM", "48901", "76", "48", "Exempleville"),
        ("COM", "48902", "76", "48", "Saint-Exemple"),
        ("COM", "30901", "76", "30", "Saint-Exemple"),
        ("COM", "2A901", "94", "2A", "Exemple-di-Mare"),
        ("COMD", "48903", "", "", "Exemple-le-Vieux"),
        ("COM", "00001", "", "00", "Nulle-Part"),
        ("COM", "48904", "76", "48", ""),
    ]
    cells = []
    for kind, code, region, inside, name in rows:
        values = (kind, code, region, inside, inside, "", "0", name.upper(), name, name, "", "")
        cells.append(dict(zip(head, values, strict=True)))
    (HERE / "v_commune.csv").write_text(_csv(cells), "utf-8")
    head = ["#Code_commune_INSEE", "Nom_de_la_commune", "Code_postal", "Libellé_d_acheminement", "Ligne_5"]
    posted = [("48901", "48990"), ("48902", "48991"), ("48901", "48992"), ("30901", "30990")]
    places = [dict(zip(head, (code, "X", postcode, "X", ""), strict=True)) for code, postcode in posted]
    (HERE / "postcodes.csv").write_text(_csv(places), "utf-8")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        texts = all(isinstance(part, str) for part in value)
        return "|".join(value) if texts else json.dumps(value, ensure_ascii=False)
    return str(value)


if __name__ == "__main__":
    for make in (ckan, udata, opendatasoft, listing, laboratories, ror, register, sirene, aides, communes):
        make()

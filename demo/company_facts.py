"""Words that Nordic companies are named with, their trades and people's titles: data only."""

# Word in SE|DK|NO|FI, NACE class, weight.
TRADES = (
    ("Bygg|Byg|Bygg|Rakennus", "41.20", 10),
    ("Måleri|Malerfirma|Malermester|Maalaus", "43.34", 4),
    ("El|El-service|Elektro|Sähkö", "43.21", 5),
    ("Transport|Transport|Transport|Kuljetus", "49.41", 6),
    ("Konsult|Rådgivning|Rådgivning|Konsultointi", "70.22", 9),
    ("Data|Data|Data|Data", "62.01", 9),
    ("Redovisning|Revision|Regnskap|Tilitoimisto", "69.20", 5),
    ("Fastigheter|Ejendomme|Eiendom|Kiinteistöt", "68.20", 6),
    ("Handel|Handel|Handel|Kauppa", "46.90", 8),
    ("Utbildning|Kurser|Kurs|Koulutus", "85.59", 4),
    ("Vård|Sundhed|Helse|Terveys", "86.21", 6),
    ("Restaurang|Restaurant|Restaurant|Ravintola", "56.10", 6),
    ("Mekaniska|Maskinfabrik|Mekaniske|Konepaja", "25.62", 5),
    ("Skog|Skovbrug|Skog|Metsä", "02.20", 3),
    ("Energi|Energi|Energi|Energia", "35.11", 2),
    ("Reklam|Reklame|Reklame|Mainos", "73.11", 4),
    ("Resor|Rejser|Reiser|Matkat", "79.11", 3),
    ("Idrott|Idræt|Idrett|Urheilu", "93.12", 4),
    ("Hotell|Hotel|Hotell|Hotelli", "55.10", 3),
    ("Bageri|Bageri|Bakeri|Leipomo", "10.71", 3),
)
FANCY_WORDS = """Nordlys Fjord Polar Granit Aurora Havsbris Norden Kompass Vind Lykta Kvist
 Solsida Brygga Fyrtorn Sten Mosse Tjärn Skär Alfa Delta Nova Linje Origo Signal Puls Stella
 Viking Fokus Prisma Horisont Tundra Kobolt Rimfrost Kaveri Sampo Revontuli Utsikt Bølge Måne
 Tinde"""
# Legal form as registered, and how people write it in full.
LEGAL_FORMS = {
    "SE": (("AB", "Aktiebolag", 0.85), ("HB", "Handelsbolag", 0.08), ("Ek. för.", "ek för", 0.07)),
    "DK": (("ApS", "Anpartsselskab", 0.6), ("A/S", "Aktieselskab", 0.3), ("I/S", "IS", 0.1)),
    "NO": (("AS", "A/S", 0.9), ("ASA", "Asa", 0.03), ("ANS", "Ans", 0.07)),
    "FI": (("Oy", "Osakeyhtiö", 0.88), ("Oyj", "OYJ", 0.04), ("Ky", "Kommandiittiyhtiö", 0.08)),
}
# Titles: the first six decide on purchases; weights fall from left to right after them.
TITLES = {
    "SE": "VD|Inköpschef|Ekonomichef|HR-chef|Marknadschef|Verksamhetschef|Säljare|Projektledare|"
    "Konsult|Administratör|Lärare|Tekniker",
    "DK": "Direktør|Indkøbschef|Økonomichef|HR-chef|Marketingchef|Driftschef|Sælger|Projektleder|"
    "Konsulent|Assistent|Lærer|Tekniker",
    "NO": "Daglig leder|Innkjøpssjef|Økonomisjef|HR-sjef|Markedssjef|Driftssjef|Selger|"
    "Prosjektleder|Konsulent|Sekretær|Lærer|Tekniker",
    "FI": "Toimitusjohtaja|Hankintapäällikkö|Talousjohtaja|HR-päällikkö|Markkinointijohtaja|"
    "Toiminnanjohtaja|Myyjä|Projektipäällikkö|Konsultti|Assistentti|Opettaja|Teknikko",
}
TITLE_CHANCES = (0.11, 0.08, 0.05, 0.05, 0.04, 0.04, 0.14, 0.14, 0.12, 0.1, 0.06, 0.07)

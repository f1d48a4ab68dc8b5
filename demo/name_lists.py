"""Names used in SE, DK, NO and FI, most frequent first: data only, drawn from by ``names``.

Each first-name list has two halves of ``|``: names common among people born before and after 1980.
Everything can be written in Windows code page 1252, which the CRM delivers in.
"""

# (country, sex) -> older | younger; sex is F or M.
FIRST_NAMES = {
    "SE F": """Anna Eva Maria Karin Kristina Lena Kerstin Sara Marie Birgitta Ingrid Marianne
 Elisabeth Gunilla Annika Susanne Monica Inger Ulla Helena Åsa Carina Ann-Christin Barbro Gun
 Siv Margareta Cecilia Ann-Marie Katarina Agneta Yvonne Camilla Pia Berit Maud Anita Inga-Lill
 Lisbeth Ulrika Britt-Marie Anette Catharina Gunnel Mona Rose-Marie Eva-Lena Solveig Görel Märta
 Anna-Karin Charlotte Louise Ann-Sofie Marita Viveka Elsa-Britt Lotta Ingela Ewa Majken
 Ing-Marie Göta Linnea|Emma Johanna Jenny Hanna Elin Linda Josefin Sofia Amanda Ida Malin
 Therese Julia Matilda Lisa Frida Emelie Jessica Sandra Sofie Rebecka Caroline Alva Ebba Wilma
 Ella Alice Maja Agnes Klara Moa Elsa Saga Felicia Isabelle Olivia Astrid Nathalie Evelina
 Alexandra Madeleine Stina Tilda Nora Ellen Tove Vendela Cornelia Lovisa Filippa Nellie Tuva
 Signe Freja Stella Selma Iris Hedda Tyra Lova Ellinor Victoria Linnéa Mikaela""",
    "SE M": """Lars Anders Per Peter Jan Mikael Hans Fredrik Bengt Bo Thomas Karl Magnus Stefan
 Göran Björn Ulf Mats Sven Leif Kjell Håkan Christer Nils Jörgen Kent Roger Åke Stig Urban
 Torbjörn Roland Rolf Tommy Kenneth Ingemar Gunnar Lennart Claes Conny Ola Jonas Martin Henrik
 Mattias Staffan Roine Börje Lars-Erik Per-Olof Jan-Erik Carl-Johan Sven-Erik Karl-Erik Östen
 Dan Sören Arne Owe Thord Vilhelm Curt Tage Ragnar|Erik Johan Daniel Andreas Niklas Marcus
 Patrik Joakim Robert Christian Oskar Alexander David Simon Viktor Emil Jakob Linus Sebastian
 Filip Anton Gustav Adam Jesper Tobias Rasmus William Oliver Hugo Lucas Elias Isak Axel Albin
 Ludvig Melvin Edvin Theo Nils Arvid Viggo Olle Alfred Samuel Max Leo Hampus Pontus Kristoffer
 Robin Jimmy Dennis Felix Kevin Casper Vincent Sixten Otto Melker Noah Love Wilmer Måns Jonathan""",
    "DK F": """Anne Kirsten Mette Hanne Anna Helle Susanne Lene Marianne Inge Karen Lone Bente
 Pia Camilla Birthe Jette Charlotte Gitte Tina Ulla Lise Birgit Jytte Vibeke Tove Annette Dorthe
 Inger Kirsten-Marie Heidi Grethe Lisbeth Rikke Hanne-Lise Anne-Marie Ellen Else Bodil Ingrid
 Ruth Birgitte Elin Conny Merete Gerda Karin Winnie Anni Jonna Karna Marie-Louise Britta Sonja
 Solvejg Irene Aase Dagny Ketty Bitten Agnete Benedikte|Louise Maria Julie Ida Emma Sofie Line
 Cecilie Katrine Sara Laura Mathilde Nanna Caroline Freja Josefine Maja Signe Clara Amalie Stine
 Trine Johanne Anna-Sofie Emilie Alberte Astrid Frida Isabella Alma Olivia Ella Karla Agnes Nora
 Liva Vigga Asta Luna Victoria Filippa Lærke Mie Pernille Simone Christina Kristine Maiken Ditte
 Sidsel Naja Tilde Smilla Rosa Selma Merle Silje Thea Malou Ronja Bolette""",
    "DK M": """Peter Jens Lars Michael Henrik Søren Jan Niels Hans Jørgen Thomas Martin Kim Ole
 Erik Per Bent Carsten Torben Poul Bjarne Finn Flemming Claus Jesper Svend Steen Kurt Knud
 Anders Allan Leif John Preben Kaj Mogens Johnny Gert Frank Benny Tommy Kenneth Carl Lasse
 Karsten Arne Holger Børge Villy Aage Viggo Egon Jens-Peter Hans-Henrik Palle Tage Ejner Ib Otto
 Verner Gunnar Ivan Uffe Kjeld|Christian Rasmus Mads Morten Kasper Jakob Mikkel Nikolaj Simon
 Jonas Andreas Frederik Emil Mathias Magnus Oliver Lucas Noah William Victor Alexander Sebastian
 Daniel Tobias Malthe August Elias Oscar Carl-Emil Valdemar Alfred Arthur Karl Anton Storm Asger
 Kristian Kristoffer Jeppe Troels Bo Nicolai Marcus Benjamin Philip Gustav Johan Villads Theodor
 Felix Aksel Laurits Silas Esben Anker Bertram Konrad Rune Sander Tristan Steffen Dennis Brian""",
    "NO F": """Anne Inger Kari Marit Liv Eva Berit Astrid Bjørg Hilde Anna Solveig Randi Marianne
 Elisabeth Kristin Bente Ingrid Tone Grethe Wenche Ragnhild Gerd Aud Turid Else Unni Gunn Heidi
 Torill Karin Hege Anne-Marie Siri Tove Mona Elin Trine Laila Åse Gro Anne-Lise Ellen Reidun
 Sissel Vigdis Mari Jorunn Ruth Magnhild Gunvor Eli Rigmor Synnøve Odny Jofrid Ann-Kristin
 Målfrid Herdis Borghild Eldbjørg Lillian Britt Sølvi|Ida Silje Camilla Stine Kristine Maria
 Marte Julie Hanne Emma Nora Sara Sofie Thea Malin Ingvild Tonje Emilie Caroline Vilde Amalie
 Frida Hedda Ella Maja Ingeborg Sunniva Henriette Martine Karoline Oda Tuva Mathilde Andrea
 Marthe Guro Linn Selma Olivia Aurora Live Eline Anniken Helene Ragna Tiril Iben Mia Leah Jenny
 Astri Hermine Ylva Pernille Benedicte Victoria Lotte Therese Monica Linda Cecilie Maren Ragne
 Synne""",
    "NO M": """Jan Per Bjørn Ole Lars Kjell Knut Svein Arne Thomas Geir Hans Morten Tor Terje Odd
 Erik John Trond Rune Øyvind Einar Stein Leif Frode Harald Gunnar Rolf Tore Nils Helge Øystein
 Kåre Asbjørn Sverre Dag Roar Roy Ivar Olav Arild Vidar Steinar Jarle Tom Magne Egil Ketil
 Sigurd Torbjørn Svein-Erik Jan-Erik Ole-Johan Per-Arne Bjarne Ragnar Gudmund Åge Reidar Trygve
 Oddvar Eivind Halvor Kristen|Martin Kristian Andreas Anders Magnus Fredrik Daniel Henrik Jonas
 Marius Espen Stian Christian Håkon Sander Alexander Eirik Sindre Simon Emil Mathias Markus
 Lukas Jakob Oliver Noah Elias Filip Aksel Oskar Isak Tobias Sondre Kristoffer Lars-Erik Vegard
 Joakim Petter Jørgen Kim Ludvig Theodor Ulrik Mikkel Johannes Johan Viktor Kasper Nikolai Even
 Brage Gard Syver Birk Iver Audun Snorre Torstein Preben Robin Ruben Adrian Benjamin Tarjei""",
    "FI F": """Maria Anna Helena Ritva Liisa Anneli Leena Tuula Pirjo Päivi Kaarina Marja Sirpa
 Eila Raija Riitta Merja Seija Irma Tarja Eija Aino Marjatta Anne Minna Sari Satu Katri Outi
 Arja Kirsi Hannele Marketta Aila Ulla Eeva Pirkko Kerttu Vuokko Tiina Mervi Hilkka Heli Anita
 Anja Maija Maarit Virpi Jaana Teija Susanna Birgitta Gunilla Carita Marianne Ann-Christine
 Gun-Britt Solveig Margareta Barbro Hellevi Kaija Terttu Orvokki|Laura Emilia Johanna Sanna
 Katja Jenni Heidi Hanna Anni Elina Noora Sofia Suvi Emma Riikka Jonna Niina Mari Salla Veera
 Aada Ella Venla Helmi Iida Enni Eevi Pihla Nelli Saara Milla Roosa Oona Siiri Vilma Kiira Essi
 Iina Julia Matilda Amanda Annika Henna Reetta Tuuli Krista Piia Karoliina Elli Hilla Lumi
 Linnea Ida Ronja Ebba Alva Moa Linn Fanny Jessica Sonja Marika Camilla Hertta""",
    "FI M": """Juhani Timo Matti Kari Markku Jukka Antti Mika Pekka Hannu Heikki Seppo Jari Olavi
 Pentti Jorma Jarmo Ari Petri Jouni Esa Pasi Risto Martti Harri Raimo Veikko Reijo Kalevi Tapani
 Ilkka Juha Erkki Jaakko Eero Mikko Sami Vesa Tero Arto Tuomo Pertti Ismo Unto Aimo Kalle Kaj
 Bengt Göran Lars Kurt Nils Stig Bo Ulf Håkan Karl-Erik Christer Leif Rainer Väinö Toivo Ahti
 Aarne|Ville Janne Marko Tommi Lauri Aleksi Joonas Teemu Toni Jani Jesse Niko Henri Juho Eetu
 Onni Elias Leo Oliver Väinö-Ilmari Eino Noel Aatu Otso Valtteri Santeri Roope Niilo Arttu
 Samuel Miro Topias Tuomas Kimmo Henrik Markus Anton Axel Oskar Emil Robin Sebastian Benjamin
 Rasmus Kasper Joel Luka Hugo Lenni Daniel Konsta Otto Viljami Jere Joni Mikael Miika Jussi Olli
 Atte Ossi Iiro Tatu Perttu""",
    # People and families who came from elsewhere, in all four countries.
    "* F": """Fatima Maryam Amina Zahra Layla Samira Leila Nadia Aisha Katarzyna Agnieszka
 Magdalena Joanna Ewa Monika Ana Mirela Elena Olga Natalia Irina Svetlana Yasmin Hodan Ayan Nimo
 Sahra Rania Hiba Noor Elif Zeynep Emine Nguyen-Thi Linh Thao Mai Siriporn Priya Anjali Sunita
 Carmen Lucia Gabriela Francesca Giulia Claire Sophie Birgül Dilan Rojin Vesna Jelena Amra Selma
 Aleksandra|Mariam Sara Hana Lina Yara Salma Dina Amira Zainab Shirin Parisa Nasrin Mina Tamara
 Ivana Lejla Emina Weronika Zuzanna Oliwia Daria Kateryna Oksana Yuliia Anastasia Ximena
 Valentina Camila Ines Chloe Emily Grace Abigail Asha Hawa Ifrah Khadija Sumaya Safiya Nora-Lin
 Mei Xin Yuki Aiko Malee Kanya Deepika Kavya Meera Esra Büsra Melek Berivan Avin Shilan Teuta
 Arta Blerina""",
    "* M": """Mohammed Ahmed Ali Hassan Ibrahim Omar Mustafa Hussein Mahmoud Khalid Abdi Yusuf
 Piotr Tomasz Krzysztof Andrzej Marek Marcin Pawel Goran Dragan Zoran Nenad Sergei Dmitri
 Vladimir Andrei Mehmet Murat Hakan Erdal Reza Hamid Farhad Amir Minh Tuan Hung Rajesh Sanjay
 Vikram Jose Carlos Antonio Marco Luca Giovanni Pierre Jean Stephen James Patrick Karim Samir
 Faisal Said Bashir Jamal Tariq Nabil|Adam Yasin Bilal Hamza Zakaria Ismail Rami Kian Arman
 Daniyal Mikolaj Jakub Szymon Kacper Wojciech Denis Maksim Artem Oleksandr Bohdan Emre Can Baran
 Rojan Azad Diyar Liban Guled Abdirahman Mahad Ayaan Arjun Rohan Aarav Khoa Duc Bao Hao Jun
 Kenji Santiago Mateo Diego Thiago Matteo Lorenzo Hugo-Luis Ethan Ryan Luka-Ivan Dino Adnan Emir
 Haris Edin Valon Arben Besnik Kushtrim""",
}

# The most frequent surnames, by rank; ``names`` adds combinations of stem and ending after them.
SURNAMES = {
    "SE": """Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson
 Gustafsson Pettersson Jonsson Jansson Hansson Bengtsson Jönsson Lindberg Jakobsson Magnusson
 Olofsson Lindström Lindqvist Lindgren Axelsson Berg Bergström Lundberg Lind Lundgren Lundqvist
 Mattsson Berglund Fredriksson Sandberg Henriksson Forsberg Sjöberg Wallin Engström Danielsson
 Håkansson Eklund Lundin Gunnarsson Björk Bergman Samuelsson Holm Wikström Fransson Isaksson
 Bergqvist Nyström Holmberg Arvidsson Löfgren Söderberg Nyberg Blomqvist Claesson Nordström
 Mårtensson Lundström Viklund Eliasson Björklund Pålsson Berggren Sandström Nordin Ström
 Hermansson Åberg Ekström Holmgren Sundberg Hedlund Dahlberg Hellström Sjögren Falk Abrahamsson
 Blom Ek Martinsson Andreasson Öberg Strömberg Åkesson Månsson Åström Norberg Dahl Jonasson
 Lindholm Sundström Ivarsson Hansen Söderström Ståhl Aronsson Gustavsson Lång Frisk Rask Modig
 Stolt Dufva Sköld""",
    "DK": """Nielsen Jensen Hansen Andersen Pedersen Christensen Larsen Sørensen Rasmussen
 Jørgensen Petersen Madsen Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller
 Mortensen Knudsen Jakobsen Jacobsen Mikkelsen Olesen Frederiksen Laursen Henriksen Lund Schmidt
 Eriksen Holm Kristiansen Clausen Simonsen Svendsen Andreasen Iversen Jeppesen Mogensen
 Jespersen Nissen Lauridsen Frandsen Østergaard Jepsen Kjær Carlsen Vestergaard Jessen Nørgaard
 Dahl Christoffersen Skov Søndergaard Bertelsen Bruun Lassen Bach Gregersen Friis Johnsen
 Steffensen Kjeldsen Bech Lauritsen Danielsen Mathiesen Andresen Brandt Winther Toft Ravn
 Mathiasen Dam Holst Nilsson Lind Berg Schou Overgaard Kristoffersen Schultz Klausen Karlsen
 Paulsen Hermansen Thorsen Koch Thygesen Bak Kruse Bang Juhl Davidsen Berthelsen Nygaard
 Lorentzen Villadsen Lorenzen Damgaard Bjerregaard Kofoed Enevoldsen Buch Krogh Hald Bonde Munk""",
    "NO": """Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen
 Johnsen Pettersen Eriksen Berg Haugen Hagen Johannessen Andreassen Jacobsen Halvorsen Jørgensen
 Dahl Henriksen Lund Sørensen Jakobsen Moen Gundersen Iversen Svendsen Strand Solberg Martinsen
 Paulsen Knutsen Eide Bakken Kristoffersen Mathisen Lie Rasmussen Amundsen Lunde Kristensen
 Bakke Moe Berge Nygård Solheim Fredriksen Holm Lien Hauge Christensen Andresen Nielsen Knudsen
 Evensen Sæther Haugland Myhre Hanssen Ahmed Thomassen Simonsen Sivertsen Danielsen Berntsen
 Rønning Sandvik Arnesen Antonsen Næss Vik Haug Ellingsen Thorsen Edvardsen Birkeland Isaksen
 Gulbrandsen Ruud Aas Strøm Myklebust Ødegård Tangen Eliassen Helland Mikkelsen Bøe Jenssen Aune
 Tveit Ali Brekke Engen Madsen Abrahamsen Fjeld Nordby Wold Christiansen Bråten Foss Skaar""",
    "FI": """Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen
 Järvinen Lehtonen Lehtinen Saarinen Niemi Salminen Heinonen Niskanen Heikkilä Kinnunen Salonen
 Turunen Salo Laitinen Tuominen Rantanen Karjalainen Jokinen Mattila Savolainen Lahtinen Ahonen
 Leppänen Väisänen Hiltunen Miettinen Pitkänen Aaltonen Manninen Hakala Koivisto Laaksonen
 Anttila Hirvonen Räsänen Lehto Laakso Toivonen Rantala Mustonen Aalto Nurmi Partanen Moilanen
 Peltonen Lappalainen Hyvönen Kallio Kettunen Seppälä Kärkkäinen Pesonen Halonen Johansson
 Oksanen Lindström Kokkonen Hänninen Nurminen Karvonen Tikkanen Ojala Nyman Karlsson Lindholm
 Vainio Sillanpää Andersson Leinonen Ikonen Parviainen Kemppainen Lindberg Lindroos Eriksson
 Vuorinen Nyberg Eskelinen Karppinen Väänänen Ronkainen Lampinen Suominen Pulkkinen Holmström
 Kivelä Sundström Pärssinen Björklund Sjöblom Wikström Granqvist Blomqvist Backman Söderholm
 Ahlskog Häggblom Lundqvist Grönroos""",
    "*": """Ali Ahmed Mohammed Hassan Nguyen Khan Hussein Ibrahim Tran Kowalski Nowak Wisniewska
 Mohamud Abdi Yilmaz Demir Kaya Celik Sahin Singh Kumar Sharma Petrovic Jovanovic Kovacevic
 Hadzic Begic Ivanov Popescu Garcia Rodriguez Fernandez Silva Santos Rossi Bianchi Ferrari
 Müller Schneider Weber Smith Brown Taylor Haddad Khalil Mansour Saleh Rahimi Ahmadi Hosseini
 Karimi Rezai Moradi Osman Warsame Jama Farah Tesfaye Haile Bekele Diallo Le Pham Hoang Wang Li
 Zhang Chen Phan Berisha Krasniqi Hoxha Shala Gashi Kurti Özdemir Aydin Öztürk Arslan Dogan
 Kaplan Polat Aziz Salim Barzani Karim Rashid Qureshi Malik Butt Chaudhry Iqbal Sivakumar Patel
 Melnyk Shevchenko Bondarenko Kravchenko Kuznetsov Popov Tamm Kask Saar Kazlauskas Berzins Ozols
 Zielinska Wojcik Kaminska Lewandowski Dabrowski""",
}

# Stem + ending gives the long tail: Lind + berg, Ny + gaard, Hav + land, Kuus + ela.
SURNAME_PARTS = {
    "SE": (
        """Lind Berg Sjö Ek Alm Björk Gran Hag Sund Ny Norr Söder Väster Öster Dal Ström Holm Ceder
 Hed Lund Ros Lager Fors Blom Stor Lilje Ås Hög Ör Rön Sand Ahl Win Wahl Ryd Silfver Gyllen Stål
 Hjort Lill Asp Ceder Eng Fager Fri Grön Gull Hall Hav Holt Käll Linde Löv Malm Mo Nord Palm Ren
 Rud Sten Tall Torn Ull Vik Åker Älv Öst Blix Frid Hammar Hul Kron Land Lejon Silver Sol Svan
 Tider""",
        "berg ström gren qvist lund holm man mark blad dahl wall stedt vall strand borg ell löf",
    ),
    "DK": (
        """Øster Vester Nør Sønder Ny Lind Birke Bjerre Damm Eng Fug Grøn Hede Holt Hvid Krog Kær
 Lund Mose Ravns Rosen Ross Skov Sten Stor Torn Uld Vad Ager Al Bøge Elle Fisker Gam Høj Ry
 Sejer Tang Viborg Ørn Abild Anker Bille Bro Dal Elver Frede Gade Halk Hjort Husum Iver Kirke
 Klit Lang Lille Lyng Mølle Nord Oke Ol Pil Ram Rise Sel Ski Smed Sommer Star Søn Thy Træ Ulv
 Vind""",
        "gaard holm bæk skov bjerg toft lund dal borg mark strup vang feldt rup gård sted ager vig",
    ),
    "NO": (
        """Hav Sol Nord Sør Vest Øst Bjørke Furu Gran Sten Lang Stor Lille Mo Ber Fag Gjer Haga
 Kleppe Lind Myr Nes Opp Røys Sand Skog Tor Ul Val Vike Øye Ås Brek Dyr Elve Fin Hol Krok Rog
 Tveit Aske Bakke Eike Eng Fjell Flat Foss Frøy Granne Grøn Heg Hegg Hell Hom Isak Kaal Kval
 Lauv Lun Mel Mykle Nor Ramn Rein Ris Selje Skar Skjel Snø Sol Star Storm Stein Tors Vang Ask""",
        "land vik haug stad lien rud nes dal heim berg strand seth voll bø heim moen li sæter lund",
    ),
    "FI": (
        """Ylä Ala Kosk Järv Niit Met Kuus Haap Lepp Pelt Ket Sav Kank Hau Kar Kos Lam Mann Mul Num
 Oll Pel Pui Rauta Ruo Sir Suo Tam Tuo Vann Ves Vuo Väl Haka Heis Hyv Ran Raut Tiai Kerä Aho Erk
 Hal Hieta Hir Honk Hopea Huh Jau Joki Kal Kant Kata Kem Kivi Kuk Lah Laita Leh Luo Maa Mat Mus
 Mäk Nev Niem Nur Paju Pih Poh Pur Pöy Rei Saa Sal Sol Torv Turu Unt Vil""",
        "onen ela ilä inen anen ala ola isto nen kangas maa niemi järvi lahti pää oja ranta vuori",
    ),
    "*": (
        """Al El Ben Abu Haj Mir Kar Sad Far Nov Bor Vuk Mar Pet Ilic Hus Den Tek Ars Kil Sul Jal
 Kad Mol Rud Sok Zel Wil Gar Lop Mend Sand Vel Cast Mora Ort Res Sil Tor Var Bah Bak Chal Dar
 Fay Gul Hal Ism Kur Lat Mak Nas Oma Per Qas Ros Sar Tah Vas Yas""",
        "mani ovic enko ski adi ez ova ian zade ami iev oglu ari eiro ek ura ina",
    ),
}

NICKNAMES = """Margareta:Greta Katarina:Katta Katarina:Kattis Kristina:Kicki Elisabeth:Lisa
 Birgitta:Gittan Charlotte:Lotta Johanna:Jossan Josefin:Jossan Matilda:Tilda Alexandra:Alex
 Alexander:Alex Gustav:Gurra Karl:Kalle Lars:Lasse Lars:Lars-Åke Jan:Janne Fredrik:Fredde
 Mikael:Micke Michael:Mikkel Mattias:Matte Kristoffer:Stoffe Joakim:Jocke Sebastian:Sebbe
 Tobias:Tobbe Anders:Adde Daniel:Danne Johan:Jojje Thomas:Tompa Thomas:Tom Robert:Robban
 Björn:Nalle Per:Pelle Bengt:Benke Stefan:Steffe Nils:Nisse Magnus:Mange Viktor:Vicke
 William:Wille Ludvig:Ludde Jakob:Jacke Henrik:Henke Niklas:Nicke Rasmus:Ras Christian:Chris
 Susanne:Sussi Marianne:Majsan Therese:Tess Caroline:Carro Rebecka:Becka Gunilla:Nilla
 Madeleine:Madde Isabelle:Bella Cecilia:Cilla Anna:Annie Ulrika:Ullis Emelie:Emmy Victoria:Vicky
 Sofia:Soffi Peter:Pete Jørgen:Jørn Nikolaj:Niko Frederik:Frede Kasper:Kas Benjamin:Ben
 Mathias:Mat Valdemar:Valde Cecilie:Cille Kristine:Stine Kirsten:Kis Elisabeth:Lis Marie:Mie
 Camilla:Milla Mathilde:Tilde Josefine:Fine Katrine:Trine Andreas:Andy Øyvind:Vind Kristian:Kris
 Martin:Mads Torbjørn:Tobben Sigurd:Siggen Henriette:Jette Ingeborg:Inga Karoline:Karo
 Marianne:Mari Juhani:Jussi Matti:Masa Markku:Make Jukka:Juki Mikko:Miksu Heikki:Heka Antti:Ana
 Timo:Timppa Pekka:Pekko Hannu:Hanski Seppo:Sepi Aleksi:Ale Valtteri:Valtsu Johanna:Hanna
 Katariina:Kati Susanna:Sanna Marjatta:Marja Karoliina:Karo Helena:Leena Emilia:Emmi Anneli:Anu
 Mohammed:Mo Abdirahman:Abdi Hussein:Huss Katarzyna:Kasia Agnieszka:Aga Magdalena:Magda
 Krzysztof:Krzys Aleksandra:Ola Oleksandr:Sasha Anastasia:Nastya Samuel:Sam Jonathan:Jon
 Pontus:Ponta Hampus:Hampe"""

STREETS = {
    "SE": (
        """Stor Kungs Drottning Skol Kyrko Björk Ring Ängs Havre Gran Tall Lönn Parks Nygårds
 Järnvägs Hamn Östra Västra Linnés Berg Sjö Skogs Vall Lilla Klöver Blåsippe Mosse Fjäll Rönn
 Hassel""",
        "gatan vägen stigen gränd backen",
    ),
    "DK": (
        """Vester Øster Nørre Sønder Kirke Skole Bøge Birke Enghave Strand Skov Mølle Rosen Torve
 Havne Park Jernbane Lærke Søndre Elme Hyben Stations Gammel Ny Bakke Eng Møller Solsikke Fugle
 Linde""",
        "gade vej allé stræde vænget",
    ),
    "NO": (
        """Stor Kirke Skole Bjørke Furu Gran Industri Strand Fjell Sjø Dal Elve Nedre Øvre Haugen
 Solbakk Myr Lille Torg Havne Park Kongens Dronningens Skog Mølle Bakke Tømmer Lyng Rogne Einer""",
        "gata veien vegen bakken stien",
    ),
    "FI": (
        """Kirkko Koulu Ranta Metsä Puisto Asema Satama Koivu Mänty Kuusi Pelto Mäki Niitty
 Tehtaan Kauppa Lehto Pihlaja Kanerva Suo Harju Lumme Orvokki Ruusu Saha Myllo Hämeen Turun
 Vuori Laakso Järvi""",
        "katu tie polku kuja rinne",
    ),
}

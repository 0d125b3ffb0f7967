"""Everyday names of jobs, where the nomenclature PCS-ESE has another.

One line a code, the best first when several lines hold the same words. Singular masculine is enough:
`pcs.stem` makes the plural and the feminine the same word. The last lines are for words that are too wide.
"""

EVERYDAY = """
552a hote de caisse, employe de caisse, caissier
551a employe libre service, els, mise en rayon, employe commercial, gondolier, rayonniste, employe de rayon
554a vendeur boulangerie, vendeur boucherie, vendeur patisserie, poissonnier, fromager, primeur
554a vendeur caviste
554e vendeur pret a porter, vendeur vetement, vendeur chaussure, vendeur mode, vendeur sport
554b vendeur meuble, cuisiniste, vendeur electromenager, vendeur decoration
554c vendeur bricolage, vendeur materiaux, vendeur jardinerie
554d fleuriste
554f vendeur parfumerie, vendeur bijouterie, conseiller beaute, vendeur optique
554g libraire, disquaire
554h buraliste, vendeur tabac
555a teleconseiller, televendeur, teleoperateur, conseiller client a distance, teleprospecteur
555a centre d appel
553c conseiller de vente, vendeur
463e vrp, vendeur automobile, vendeur a domicile, commercial aux particuliers, conseiller funeraire
463b technico commercial, attache commercial, commercial, charge d affaires
463d commercial services, commercial sedentaire
462b chef de rayon, manager de rayon, responsable de rayon, chef de caisse
462a responsable de magasin, gerant de magasin, responsable de boutique, adjoint de magasin
374a directeur de magasin
374b chef de produit, acheteur, responsable marketing, charge de marketing, category manager
374d directeur commercial, responsable commercial, chef des ventes
462c acheteur, aide acheteur, approvisionneur
462d merchandiseur, animateur de vente, promoteur des ventes, demonstrateur
543f assistant commercial, administration des ventes, adv, assistant des ventes
543b comptable, aide comptable, assistant comptable, employe de comptabilite, facturation, recouvrement
461d comptable, collaborateur comptable, technicien comptable, controleur de gestion, assistant de gestion
373c chef comptable, responsable comptable, daf, directeur administratif et financier, expert comptable
372b controleur de gestion, auditeur
461e gestionnaire paie, paie, technicien paie, responsable paie, clerc de notaire, clerc, gestionnaire rh
543e assistant rh, rh, ressources humaines, charge de recrutement, assistant juridique
543e gestionnaire paie, paie, assistant ressources humaines
372c drh, rh, responsable rh, responsable ressources humaines, directeur ressources humaines, recruteur
461b assistant de direction, secretaire de direction, office manager
542a secretaire medical, secretaire comptable, secretaire juridique, secretaire, secretaire administratif
526b secretaire medical, assistant medical, assistant dentaire, asv, auxiliaire veterinaire
543g assistant administratif, employe administratif, agent administratif, employe de bureau
543g assistant de gestion
543h archiviste, agent de saisie, operateur de saisie, reprographe
541b hote d accueil, agent d accueil, charge d accueil
541d standardiste, telephoniste
372e juriste, legal
376g agent immobilier, negociateur immobilier, gestionnaire de copropriete, syndic, conseiller immobilier
467a conseiller bancaire, banquier, conseiller clientele banque, charge de clientele
467c assureur, agent d assurance, conseiller assurance, gestionnaire sinistre, courtier
546b agent de voyage, conseiller voyage, agent d escale
546c agent de transit, affreteur, exploitant transport, agent d exploitation transport
466b affreteur, exploitant transport, responsable transport, declarant en douane
464a community manager, charge de communication, assistant de communication, assistant marketing
375b responsable communication, charge de communication, attache de presse
465a graphiste, infographiste, designer, maquettiste, webdesigner, decorateur, etalagiste, styliste
465a modeliste
684a femme de menage, agent d entretien, homme d entretien, technicien de surface, agent de proprete, menage
684a laveur, agent de nettoyage, employe de menage, employe d entretien
563c femme de menage, femme de menage particulier, employe de maison, garde d enfant, nounou, gouvernante
561f femme de chambre, valet de chambre, employe d etage, lingere, equipier hotelier
468b gouvernante hotel, chef de reception
561e receptionniste, veilleur de nuit, concierge hotel, bagagiste
525d ash, agent de service hospitalier, agent hotelier hospitalier, brancardier
525a atsem, cantine, agent de cantine, agent de restauration scolaire
636d chef de partie, second de cuisine, pizzaiolo, crepier, cuisinier, commis de cuisine, grillardin
636d chef cuisinier
488a chef de cuisine, chef cuisinier
561d plongeur, equipier polyvalent, aide cuisinier, employe de restauration, agent de restauration
561d restauration rapide
561b serveur, barman, barmaid, chef de rang, sommelier, barista, garcon de cafe, commis de salle
468a maitre d hotel, responsable de salle, responsable de restaurant
488b gerant de restaurant, directeur de restaurant, manager de restaurant
636c boulanger, patissier, tourier, chocolatier, confiseur, viennoiserie
636b traiteur, charcutier
636a boucher
625d desosseur, decoupeur, pareur, ouvrier d abattoir, abatteur
674b ouvrier d abattoir
674c ouvrier agroalimentaire, agent de fabrication agroalimentaire, operateur agroalimentaire, conserverie
674c mareyage
625f conducteur de ligne, conducteur de machine agroalimentaire, operateur de ligne
526a aide soignant, as
563b auxiliaire de vie, aide a domicile, avs, aide menager, assistant de vie, auxiliaire de vie sociale
526d amp, aes, accompagnant educatif et social, aide medico psychologique
526c auxiliaire puericulture, agent de creche, animateur petite enfance
563a assistant maternel, nounou, petite enfance
431f infirmier, ide, infirmier diplome d etat, infirmier de sante au travail
431a cadre de sante, infirmier coordinateur
344b medecin, medecin du travail, docteur
432b kine, kinesitherapeute
432d ergotherapeute, psychomotricien, orthophoniste, osteopathe, dieteticien, podologue
433a manipulateur radio, technicien de laboratoire medical, technicien d analyses
433b opticien, audioprothesiste
433c prothesiste dentaire, prothesiste
311c dentiste, chirurgien dentiste
434b assistant social, assistant de service social, travailleur social
434d educateur specialise, educateur
434g educateur jeunes enfants, eje
435b animateur, animateur periscolaire, animateur centre de loisirs
422e aesh, surveillant scolaire, assistant d education
423b formateur, animateur formation
423a moniteur auto ecole, enseignant de la conduite
424a coach sportif, moniteur sportif, maitre nageur, educateur sportif, professeur de sport
632a macon, platrier, carreleur, facadier
632g peintre, peintre en batiment, facadier, carreleur
632j plaquiste, poseur, agenceur, isolation, jointeur, cuisiniste poseur
632d menuisier, poseur de menuiserie, menuisier poseur, vitrier, miroitier
632e couvreur, zingueur, etancheur
632f plombier, chauffagiste, plombier chauffagiste
634d frigoriste, technicien climatisation, ascensoriste, mecanicien agricole, mecanicien moto
634d mecanicien cycle
633a electricien, electricien batiment
621b coffreur, bancheur, ferrailleur, coffreur bancheur
621c conducteur d engins, pelleur, pelliste, conducteur de pelle, conducteur de travaux publics
621e canalisateur, terrassier, paveur, ouvrier vrd, macon vrd
621a chef d equipe, chef d equipe batiment
621d monteur reseau, tireur de cable, technicien fibre, fibre optique
481b chef de chantier
481a conducteur de travaux
382c conducteur de travaux, ingenieur travaux
651a grutier, conducteur de grue, pontier
681a manoeuvre, aide macon, ouvrier du batiment
681b aide plombier, aide electricien, aide peintre, desamianteur, operateur desamiantage
624d echafaudeur, monteur echafaudage, charpentier metallique
472a dessinateur batiment, dessinateur, projeteur
472b geometre, topographe
472c metreur, economiste de la construction, diagnostiqueur immobilier
382a ingenieur bureau d etudes, ingenieur structure
631a paysagiste, jardinier, ouvrier espaces verts, espaces verts, elagueur
632k agent technique, agent de maintenance des batiments, factotum, ouvrier polyvalent, agent polyvalent
623e soudeur
623a chaudronnier, tolier, forgeron
623b tuyauteur
634b metallier, serrurier, ferronnier
623f tourneur, fraiseur, tourneur fraiseur, mouliste, outilleur
623g usineur, operateur commande numerique, operateur usinage, decolleteur
624g ajusteur, mecanicien
624f peintre industriel, sableur, traitement de surface
634c mecanicien auto, mecanicien automobile, garagiste, mecanicien pl, technicien automobile, monteur pneu
634c mecanicien
634a carrossier, carrossier peintre, peintre automobile
628a agent de maintenance, mecanicien industriel, mecanicien de maintenance
628b electromecanicien
477b technicien de maintenance, automaticien, technicien maintenance industrielle
477c technicien sav, technicien d intervention
387e responsable maintenance
387d responsable qualite, ingenieur qualite, qualiticien
387f responsable qse, responsable hse, animateur securite, preventeur, ingenieur environnement
483a chef d atelier
384b responsable de production, directeur d usine, ingenieur de production
676c agent de conditionnement, emballeur, preparateur de commande, trieur, conditionneur, etiqueteur
676e operateur de production, agent de production, agent de fabrication, operateur de fabrication
676e ouvrier d usine
625b laborantin, technicien de laboratoire, technicien de labo
627f imprimeur, relieur, conducteur offset
627d ebeniste, scieur
627b couturier, piqueur, mecanicien en confection
635a couturier, retoucheur, cordonnier, tapissier, sellier
676a manutentionnaire, agent de quai, chargeur
652a cariste, conducteur de chariot, agent de quai
653a magasinier, preparateur de commande, receptionnaire, magasinier cariste, vendeur magasinier, stock
487a chef de depot, responsable d entrepot, chef magasinier
387b responsable logistique, supply chain, logisticien
477a technicien logistique, logisticien, agent de planning, ordonnancement
641a chauffeur poids lourd, chauffeur routier, chauffeur pl, chauffeur spl, routier, conducteur poids lourd
641a conducteur spl
641b chauffeur de bus, chauffeur de car, conducteur de bus, conducteur de car, conducteur receveur
641b machiniste
643a chauffeur livreur, livreur, coursier, chauffeur vl, chauffeur
642a chauffeur de taxi, taxi
642b vtc, chauffeur de maitre, chauffeur vtc
644a chauffeur de benne, conducteur de benne
684b eboueur, ripeur, agent de tri
521a facteur, postier
388a developpeur, developpeur web, ingenieur logiciel, data, programmeur, full stack, informaticien
478a informaticien, developpeur, programmeur, webmaster, web, analyste programmeur, testeur
478c technicien informatique, informaticien, support informatique, helpdesk, hotline
388b administrateur systeme, administrateur reseau, ingenieur systeme, devops, ingenieur reseau
388c chef de projet informatique, dsi, product owner, scrum master, chef de projet web
534a agent de securite, agent de surete, vigile, ssiap, maitre chien, agent de surveillance, rondier
564a gardien, gardien d immeuble, concierge
564b agent funeraire, porteur funeraire, toiletteur, ouvreur
562b coiffeur, barbier
562a estheticien, prothesiste ongulaire, masseur, spa praticien
691b vacher, porcher, palefrenier, soigneur, ouvrier porcin, agent d elevage, ouvrier avicole, berger
691c maraicher, horticulteur, pepinieriste, serriste
691d vigneron, ouvrier viticole, vendangeur, ouvrier viticole arboricole
691a tractoriste, conducteur de tracteur, chauffeur de tracteur
691e ouvrier agricole, salarie agricole
691f bucheron
692a marin pecheur, ostreiculteur, mytiliculteur, conchyliculteur, pisciculteur
637c technicien son, technicien lumiere, regisseur, machiniste spectacle, technicien du spectacle
233d gerant, chef d entreprise, president, directeur general, dirigeant, pdg
233a gerant batiment, chef d entreprise batiment
373d directeur, responsable administratif
676e ouvrier, operateur, agent polyvalent
477b technicien
"""

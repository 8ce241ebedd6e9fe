//! The French texts. Made by `cargo xtask text` from `server/text/fr.json`.

use super::Words;

/// The French texts.
#[rustfmt::skip]
pub(crate) static FRENCH: Words = Words {
    language: "fr",
    link_title: "Ce lien de connexion ne fonctionne pas",
    link_again: "Revenez à l’application et réessayez. Si cela se reproduit, prévenez les personnes qui la gèrent.",
    link_repeated: "Un paramètre de la demande apparaît plusieurs fois.",
    link_unknown: "L’application qui vous a envoyé ici n’est pas enregistrée.",
    link_address: "L’adresse de retour n’est pas enregistrée pour cette application.",
    link_no_address: "La demande n’indique aucune adresse de retour.",
    link_spent: "Cette connexion a déjà servi, a pris trop de temps ou a été commencée dans un autre navigateur.",
    link_object: "La demande signée de l’application n’est pas valable.",
    link_no_url: "L’adresse de retour n’est pas une adresse web.",
    back_title: "Retour en cours",
    back_button: "Continuer",
    out_question: "Se déconnecter ?",
    out_as: "Vous êtes connecté en tant que {email}.",
    out_button: "Se déconnecter",
    out_done: "Vous êtes déconnecté",
    out_close: "Vous pouvez fermer cette page.",
    out_title: "Ce lien de déconnexion ne fonctionne pas",
    out_hint: "Cette déconnexion n’a pas été commencée avec un de nos jetons d’identité.",
    out_other: "Le jeton d’identité a été remis à une autre application.",
};

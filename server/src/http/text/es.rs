//! The Spanish texts. Made by `cargo xtask text` from `server/text/es.json`.

use super::Words;

/// The Spanish texts.
#[rustfmt::skip]
pub(crate) static SPANISH: Words = Words {
    language: "es",
    link_title: "Este enlace de acceso no funciona",
    link_again: "Vuelva a la aplicación e inténtelo de nuevo. Si vuelve a ocurrir, avise a quienes la gestionan.",
    link_repeated: "Un parámetro de la solicitud aparece más de una vez.",
    link_unknown: "La aplicación que le ha enviado aquí no está registrada.",
    link_address: "La dirección de retorno no está registrada para esta aplicación.",
    link_no_address: "La solicitud no indica ninguna dirección de retorno.",
    link_spent: "Este acceso ya se usó, tardó demasiado o se inició en otro navegador.",
    link_object: "La solicitud firmada de la aplicación no es válida.",
    link_no_url: "La dirección de retorno no es una dirección web.",
    back_title: "Volviendo",
    back_button: "Continuar",
    out_question: "¿Cerrar la sesión?",
    out_as: "Ha iniciado sesión como {email}.",
    out_button: "Cerrar sesión",
    out_done: "Ha cerrado la sesión",
    out_close: "Puede cerrar esta página.",
    out_title: "Este enlace para cerrar sesión no funciona",
    out_hint: "Este cierre de sesión no se inició con un token de identidad nuestro.",
    out_other: "El token de identidad se entregó a otra aplicación.",
};

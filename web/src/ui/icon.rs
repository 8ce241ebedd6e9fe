//! Icons as inline SVG, drawn on a 24-unit grid; always decoration beside or in a named control.
//!
//! They are built element by element: the `view!` macro would set static markup through
//! `innerHTML`, which `require-trusted-types-for 'script'` forbids.

use leptos::prelude::*;
use leptos::svg;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// A raised gate.
    Gate,
    /// A passkey.
    Key,
    /// Shown.
    Eye,
    /// Not shown.
    EyeOff,
    /// Close.
    Cross,
    /// Done.
    Check,
    /// Delete.
    Bin,
    /// Edit or rename.
    Pencil,
    /// A desktop browser.
    Screen,
    /// A phone.
    Phone,
    /// Search.
    Lens,
    /// One person.
    Person,
    /// Several people.
    People,
    /// Leave.
    Leave,
    /// Mind this.
    Alert,
    /// Closed.
    Lock,
    /// Open.
    Unlock,
    /// A note.
    Note,
    /// Add.
    Plus,
    /// No connection.
    Offline,
}

const fn path(glyph: Glyph) -> &'static str {
    match glyph {
        Glyph::Gate => {
            "M4 21V10a8 8 0 0 1 16 0v11M8 4.2v13.3M12 2.6v15.9M16 4.2v13.3M4 9h16M4 14h16"
        }
        Glyph::Key => {
            "M12.5 15.5a4.25 4.25 0 1 1-8.5 0a4.25 4.25 0 0 1 8.5 0ZM11.3 12.5L20 4M16 8l3 3M13.5 10.5l2 2"
        }
        Glyph::Eye => {
            "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z\
             M15 12a3 3 0 1 1-6 0a3 3 0 0 1 6 0Z"
        }
        Glyph::EyeOff => {
            "M10 5.700A9 9 0 0 1 12 5.500c6 0 9.5 6.5 9.5 6.500a17 17 0 0 1-2.7 3.5\
             M6.5 7.200A16 16 0 0 0 2.5 12S6 18.5 12 18.500a9 9 0 0 0 4.6-1.3\
             M9.9 9.900a3 3 0 0 0 4.2 4.200M4 4l16 16"
        }
        Glyph::Cross => "M6 6l12 12M18 6L6 18",
        Glyph::Check => "M5 12.500l4.5 4.500L19 7.5",
        Glyph::Bin => "M4.5 7h15M9.5 7V4.500h5V7M6.5 7l.8 12.500h9.400L17.5 7M10.3 11v5M13.7 11v5",
        Glyph::Pencil => "M4.5 19.500l.8-3.800L16 5a2.1 2.1 0 0 1 3 3L8.3 18.700ZM14 7l3 3",
        Glyph::Screen => "M3.5 5h17v11h-17ZM9 20h6M12 16v4",
        Glyph::Phone => "M7.5 3h9v18h-9ZM11 18h2",
        Glyph::Lens => "M17.5 11a6.5 6.5 0 1 1-13 0a6.5 6.5 0 0 1 13 0ZM16 16l4.5 4.5",
        Glyph::Person => {
            "M16 8a4 4 0 1 1-8 0a4 4 0 0 1 8 0ZM4.5 20.500c.8-4 3.7-6 7.5-6s6.7 2 7.5 6"
        }
        Glyph::People => {
            "M12.5 8a3.5 3.5 0 1 1-7 0a3.5 3.5 0 0 1 7 0ZM2.5 20c.6-3.6 3-5.5 6.5-5.500s5.9 1.9 6.5 5.5\
             M15.5 4.700a3.5 3.5 0 0 1 0 6.600M17.5 14.800c2.2.7 3.6 2.5 4 5.2"
        }
        Glyph::Leave => "M14 4H5v16h9M10 12h11M17.5 8.500L21 12l-3.5 3.5",
        Glyph::Alert => "M12 4L2.8 19.500h18.400ZM12 10v4.500M12 17v.2",
        Glyph::Lock => "M5.5 10.500h13v9.500h-13ZM8.5 10.500V7.500a3.5 3.5 0 0 1 7 0v3",
        Glyph::Unlock => "M5.5 10.500h13v9.500h-13ZM8.5 10.500V7a3.5 3.5 0 0 1 6.7-1.4",
        Glyph::Note => "M5 3.500h14v12l-5 5H5ZM14 20.500v-5h5M8.5 8h7M8.5 12h4",
        Glyph::Plus => "M12 5v14M5 12h14",
        Glyph::Offline => {
            "M4 4l16 16M8.5 8.500A5 5 0 0 0 7 10a4.2 4.2 0 0 0 .5 8.500h9.500M11 7.100A5.5 5.5 0 0 1 17.3 11\
             a3.8 3.8 0 0 1 2.7 6"
        }
    }
}

/// `glyph`, 16 CSS pixels square.
pub fn icon(glyph: Glyph) -> impl IntoView {
    icon_sized(glyph, 16)
}

/// `glyph`, `size` CSS pixels square, in the colour of the text around it.
pub fn icon_sized(glyph: Glyph, size: u32) -> impl IntoView {
    let size = size.to_string();
    svg::svg()
        .attr("viewBox", "0 0 24 24")
        .attr("width", size.clone())
        .attr("height", size)
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "1.75")
        .attr("stroke-linecap", "round")
        .attr("stroke-linejoin", "round")
        .attr("aria-hidden", "true")
        .child(svg::path().attr("d", path(glyph)))
}

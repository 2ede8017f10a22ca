//! Times, sizes, numbers and days in words.

use super::Words;
use crate::model::plan::Language;

impl Words {
    /// `1 h 30 min`; seconds in.
    pub fn duration(&self, seconds: u64) -> String {
        let units = [(86400, "unit_day"), (3600, "unit_hour"), (60, "unit_minute"), (1, "unit_second")];
        let mut left = seconds;
        let mut parts = Vec::new();
        for (size, key) in units {
            if left >= size {
                parts.push(format!("{} {}", left / size, self.get(key)));
                left %= size;
            }
        }
        if parts.is_empty() { format!("0 {}", self.get("unit_second")) } else { parts.join(" ") }
    }

    /// `6 min to 8 min`, or one duration where both are the same.
    pub fn estimate(&self, (from, to): (u64, u64)) -> String {
        if from == to {
            return self.duration(from);
        }
        self.fill("from_to", &[("from", &self.duration(from)), ("to", &self.duration(to))])
    }

    /// `100 MB`; the largest unit that divides it.
    pub fn size(&self, bytes: u64) -> String {
        let powers = |base: u64, names: [&'static str; 4]| {
            let sizes = (1..=4).rev().filter_map(move |n| base.checked_pow(n));
            sizes.zip(names).collect::<Vec<_>>()
        };
        let mut units = powers(1000, ["TB", "GB", "MB", "kB"]);
        units.extend(powers(1024, ["TiB", "GiB", "MiB", "KiB"]));
        let exact = units.into_iter().find(|(size, _)| bytes >= *size && bytes.is_multiple_of(*size));
        exact.map_or_else(|| format!("{bytes} B"), |(size, unit)| format!("{} {unit}", bytes / size))
    }

    /// A number in the notation of the language.
    pub fn number(&self, number: f64) -> String {
        let text = number.to_string();
        match self.language {
            Language::En => text,
            Language::Es => text.replace('.', ","),
        }
    }

    /// `5%`, in Spanish `5 %`.
    pub fn percent(&self, number: f64) -> String {
        match self.language {
            Language::En => format!("{}%", self.number(number)),
            Language::Es => format!("{} %", self.number(number)),
        }
    }
}

/// Days since 1970-01-01 as `2026-11-01`.
pub fn date(days: i64) -> String {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

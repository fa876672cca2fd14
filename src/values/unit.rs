pub fn is_unit(t: &str) -> bool {
    matches!(
        t,
        "mg" | "kg" | "g" | "d" | "wd" | "mo" | "°C" | "%" | "kg/m³"
    )
}

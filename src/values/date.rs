#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurationKind {
    Hour,
    Day,
    Week,
    Month,
    WorkingDay,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    pub amount: u32,
    pub kind: DurationKind,
}
impl Duration {
    pub fn new(amount: u32, kind: DurationKind) -> Duration {
        Duration { amount, kind }
    }
}

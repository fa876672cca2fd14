//! The register of codes. A code never changes its meaning; one that is no longer used is not given to anything else.

use super::Severity;

macro_rules! codes {
    ($($name:ident $id:literal $slug:literal $severity:ident),* $(,)?) => {
        /// What a finding is about, by a name that does not change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($name),* }

        impl Code {
            /// Every code, in the order of the register.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// Letter and number: E errors of the source, W warnings, P policy, D data, M methods, S the outside world.
            pub fn id(self) -> &'static str {
                match self { $(Code::$name => $id),* }
            }

            /// The same in words.
            pub fn slug(self) -> &'static str {
                match self { $(Code::$name => $slug),* }
            }

            /// How grave findings of this code are.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity),* }
            }
        }
    };
}

codes! {
    // Form
    UnknownCharacter "E0101" "unknown-character" Error,
    OpenText "E0102" "open-text" Error,
    UnclosedBracket "E0103" "unclosed-bracket" Error,
    StrayBracket "E0104" "stray-bracket" Error,
    UnclosedBlock "E0105" "unclosed-block" Error,
    NestingTooDeep "E0106" "nesting-too-deep" Error,
    DecimalComma "E0107" "decimal-comma" Error,
    FullWidthDigits "E0108" "full-width-digits" Error,
    DateForm "E0109" "date-form" Error,
    LookAlikeSign "W0110" "look-alike-sign" Warning,
    SentenceEnd "E0111" "sentence-end" Error,
    LookAlikeLetters "E0112" "look-alike-letters" Error,
    // Statements
    UnknownStatement "E0201" "unknown-statement" Error,
    MissingArgument "E0202" "missing-argument" Error,
    UnexpectedArgument "E0203" "unexpected-argument" Error,
    WrongArgument "E0204" "wrong-argument" Error,
    RepeatedStatement "E0205" "repeated-statement" Error,
    MissingStatement "E0206" "missing-statement" Error,
    MissingBlock "E0207" "missing-block" Error,
    UnexpectedBlock "E0208" "unexpected-block" Error,
    WithoutEffect "W0210" "without-effect" Warning,
    MixedLanguages "W0211" "mixed-languages" Warning,
    // Values
    UnknownUnit "E0301" "unknown-unit" Error,
    UnitMismatch "E0302" "unit-mismatch" Error,
    ImpossibleDate "E0303" "impossible-date" Error,
    ValueOutOfRange "E0304" "value-out-of-range" Error,
    ExpressionType "E0305" "expression-type" Error,
    // Names
    UnknownName "E0401" "unknown-name" Error,
    DuplicateName "E0402" "duplicate-name" Error,
    UnknownModule "E0403" "unknown-module" Error,
    UnknownMethod "E0404" "unknown-method" Error,
    UnknownParameter "E0405" "unknown-parameter" Error,
    UnknownEdition "E0406" "unknown-edition" Error,
    UnusedName "W0407" "unused-name" Warning,
    MeasuredOnNothing "E0408" "measured-on-nothing" Error,
    // Circulation
    ArtefactStays "E0501" "artefact-stays" Error,
    PatternOfNobody "E0502" "pattern-of-nobody" Error,
    NeverReached "E0503" "never-reached" Error,
    VisitedTwice "E0504" "visited-twice" Error,
    AtTwoPlaces "E0505" "at-two-places" Error,
    NotFromPilot "E0506" "not-from-pilot" Error,
    NotBracketed "E0507" "not-bracketed" Error,
    ArtefactMisses "E0508" "artefact-misses" Error,
    NotAwaited "W0509" "not-awaited" Warning,
    CircularVisits "E0510" "circular-visits" Error,
    BeyondLimit "E0511" "beyond-limit" Error,
    PilotInterval "E0512" "pilot-interval" Error,
    DateImpossible "E0513" "date-impossible" Error,
    DelayedByAbsence "W0514" "delayed" Warning,
    ProvisionalCalendar "W0515" "provisional-calendar" Warning,
    FewWorkingDays "W0516" "few-working-days" Warning,
    // Evaluation
    ContributorWithPlus "W0601" "contributor-with-plus" Warning,
    CorrelationUnstated "W0602" "correlation-unstated" Warning,
    NoCertifiedValue "E0603" "no-certified-value" Error,
    TooFewResults "E0604" "too-few-results" Error,
    DriftNotObserved "E0605" "drift-not-observed" Error,
    // Verdicts and consequences
    NoVerdictRules "E0701" "no-verdict-rules" Error,
    VerdictsOverlap "E0702" "verdicts-overlap" Error,
    VerdictGap "E0703" "verdict-gap" Error,
    NoConsequence "E0704" "no-consequence" Error,
    ConsequenceOfNothing "W0705" "consequence-of-nothing" Warning,
    SuspensionWithoutEnd "E0706" "suspension-without-end" Error,
}

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
    CircularUse "E0409" "circular-use" Error,
    OtherSection "E0410" "other-section" Error,
    ItemElsewhere "E0411" "item-elsewhere" Error,
    ModuleChanged "E0412" "module-changed" Error,
    ModuleNotLocked "W0413" "module-not-locked" Warning,
    VersionStep "E0414" "version-step" Error,
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
    StayOverHolidays "W0517" "stay-over-holidays" Warning,
    OrderImpossible "E0518" "order-impossible" Error,
    OrderOptimised "W0519" "order-optimised" Warning,
    // Evaluation
    ContributorWithPlus "W0601" "contributor-with-plus" Warning,
    CorrelationUnstated "W0602" "correlation-unstated" Warning,
    NoCertifiedValue "E0603" "no-certified-value" Error,
    TooFewResults "E0604" "too-few-results" Error,
    DriftNotObserved "E0605" "drift-not-observed" Error,
    ArtefactsPooled "W0606" "artefacts-pooled" Warning,
    ContributionWithoutNumber "E0608" "contribution-without-number" Error,
    MethodOutOfPlace "E0611" "method-out-of-place" Error,
    MethodForIndependentResults "E0612" "method-for-independent-results" Error,
    SubsetBeyondReach "E0613" "subset-beyond-reach" Error,
    ContradictoryCorrelations "E0614" "contradictory-correlations" Error,
    SigmaMissing "E0620" "sigma-missing" Error,
    ScoringUnclear "E0621" "scoring-unclear" Error,
    UncertaintyNotReported "E0622" "uncertainty-not-reported" Error,
    LimitOutOfReach "E0623" "limit-out-of-reach" Error,
    FewForTheMethod "W0624" "few-for-the-method" Warning,
    AssignedValueCertain "E0625" "assigned-value-certain" Error,
    TooManyResults "E0626" "too-many-results" Error,
    LinkIncomplete "E0631" "link-incomplete" Error,
    LinkContradicted "E0632" "link-contradicted" Error,
    SingleLink "W0633" "single-link" Warning,
    CapabilityUnknown "W0628" "capability-unknown" Warning,
    FamilyLevel "E0634" "family-level" Error,
    JointCorrelation "E0635" "joint-correlation" Error,
    ConsistencyIdle "E0636" "consistency-idle" Error,
    CovarianceUnknown "E0637" "covariance-unknown" Error,
    SignOfCovariance "E0638" "sign-of-covariance" Error,
    ReadingsMissing "E0641" "readings-missing" Error,
    // Verdicts and consequences
    NoVerdictRules "E0701" "no-verdict-rules" Error,
    VerdictsOverlap "E0702" "verdicts-overlap" Error,
    VerdictGap "E0703" "verdict-gap" Error,
    NoConsequence "E0704" "no-consequence" Error,
    ConsequenceOfNothing "W0705" "consequence-of-nothing" Warning,
    SuspensionWithoutEnd "E0706" "suspension-without-end" Error,
    VerdictsUnproven "W0707" "verdicts-unproven" Warning,
    VerdictNeverGiven "W0708" "verdict-never-given" Warning,
    AnsweredTwice "E0709" "answered-twice" Error,
    LadderDeadEnd "E0710" "ladder-dead-end" Error,
    MeasureNotAllowed "E0711" "measure-not-allowed" Error,
    ExceptionsTogether "E0712" "exceptions-together" Error,
    // Tests in the language
    ExpectationNotMet "E0801" "expectation-not-met" Error,
    TestOfNoProtocol "E0802" "test-of-no-protocol" Error,
    ExpectationImpossible "E0803" "impossible-expectation" Error,
    GivenTwice "E0804" "given-twice" Error,
    TestNotCarriedOut "E0805" "test-not-carried-out" Error,
    TestIncomplete "E0806" "test-incomplete" Error,
    // What the policy asks for
    PolicyBroken "P0101" "policy-broken" Error,
    PolicyAdvice "P0102" "policy-advice" Warning,
    // Submitted files, as their readers find them
    DataMoreFindings "D0000" "more-findings" Error,
    DataTooLarge "D0001" "too-large" Error,
    DataEncoding "D0002" "encoding" Error,
    DataEmptyFile "D0003" "empty-file" Error,
    DataTooManyRows "D0004" "too-many-rows" Error,
    DataCutOff "D0005" "cut-off" Error,
    DataMissingColumn "D0006" "missing-column" Error,
    DataUnknownColumn "D0007" "unknown-column" Error,
    DataDuplicateColumn "D0008" "duplicate-column" Error,
    DataRowLength "D0009" "row-length" Error,
    DataControlCharacter "D0010" "control-character" Error,
    DataQuoting "D0011" "quoting" Error,
    DataEmptyCell "D0020" "empty-cell" Error,
    DataDecimalComma "D0021" "decimal-comma-in-data" Error,
    DataFullWidth "D0022" "full-width" Error,
    DataTextInNumber "D0023" "text-in-number" Error,
    DataNotFinite "D0024" "not-finite" Error,
    DataNotPositive "D0025" "not-positive" Error,
    DataGroupedDigits "D0026" "grouped-digits" Error,
    DataPowerOfTen "D0027" "power-of-ten" Error,
    DataExtraText "D0028" "extra-text" Error,
    DataNoUncertainty "D0029" "no-uncertainty" Error,
    DataNoCoverageFactor "D0030" "no-coverage-factor" Error,
    DataInconsistentUncertainty "D0031" "inconsistent-uncertainty" Error,
    DataDate "D0032" "date" Error,
    DataDuplicateRow "D0033" "duplicate-row" Error,
    DataProbability "D0034" "probability" Error,
    DataCorrelation "D0035" "correlation" Error,
    DataLaboratory "D0040" "laboratory" Error,
    DataPlanDigest "D0041" "plan-digest" Error,
    DataFormVersion "D0042" "form-version" Error,
    VisitUnknown "D0044" "visit-unknown" Error,
    VisitTwice "D0045" "visit-twice" Error,
    LogContradiction "D0046" "log-contradiction" Error,
    DataMonitored "D0047" "monitored" Error,
    DataNotWorkbook "D0050" "not-workbook" Error,
    DataArchiveLimit "D0051" "archive-limit" Error,
    DataActiveContent "D0052" "active-content" Error,
    DataNotOurForm "D0053" "not-our-form" Error,
    DataFormula "D0054" "formula" Error,
    DataErrorValue "D0055" "error-value" Error,
    DataLockedCell "D0056" "locked-cell" Error,
    DataBudget "D0057" "budget" Error,
    DataXmlSyntax "D0070" "xml-syntax" Error,
    DataXmlLimit "D0071" "xml-limit" Error,
    DataNotDcc "D0072" "not-dcc" Error,
    DataDccVersion "D0073" "dcc-version" Error,
    DataMissingElement "D0074" "missing-element" Error,
    DataListLength "D0075" "list-length" Error,
    DataSignature "D0076" "signature" Error,
    DataNotRead "D0077" "not-read" Error,
    DataNothingMapped "D0078" "nothing-mapped" Error,
    DataAmbiguousMapping "D0079" "ambiguous-mapping" Error,
    // Submitted results against the plan
    LaboratoryMissing "D0101" "laboratory-missing" Warning,
    LaboratoryUnknown "D0102" "laboratory-unknown" Error,
    PointUnknown "D0103" "point-unknown" Error,
    PointMissing "D0104" "point-missing" Warning,
    DataUnitUnknown "D0105" "data-unit-unknown" Error,
    DataUnitMismatch "D0106" "data-unit-mismatch" Error,
    ResultTwice "D0107" "result-twice" Error,
    OtherPlan "D0108" "other-plan" Error,
    NothingSubmitted "D0109" "nothing-submitted" Error,
    NotAForm "D0110" "not-a-form" Warning,
    // What has happened on the way, against the plan
    TakenAsPlanned "D0111" "taken-as-planned" Warning,
    VisitCancelled "D0112" "visit-cancelled" Warning,
    LimitExceeded "D0113" "limit-exceeded" Warning,
    MonitoringGap "D0114" "monitoring-gap" Warning,
    MonitoredElsewhere "D0115" "monitored-elsewhere" Error,
    PretestItem "D0121" "pretest-item" Error,
    PretestIncomplete "D0122" "pretest-incomplete" Error,
    PapersWithheld "D0123" "papers-withheld" Warning,
    ResultsSealed "D0124" "results-sealed" Error,
    PilotNotFirst "D0125" "pilot-not-first" Warning,
    DeclaredAbsent "D0126" "declared-absent" Error,
    // Methods that cannot be applied
    MethodInapplicable "M0001" "method-inapplicable" Error,
    CriterionNotMet "M0002" "criterion-not-met" Warning,
    TableUnreadable "M0003" "table-unreadable" Error,
    ColumnUnread "M0004" "column-unread" Warning,
    PretestFailed "M0005" "pretest-failed" Error,
    NoPicture "M0006" "no-picture" Error,
    UnitsConverted "M0007" "units-converted" Note,
    // The outside world
    CannotRead "S0001" "cannot-read" Error,
    CannotWrite "S0002" "cannot-write" Error,
    PlanUnusable "S0003" "plan-unusable" Error,
    OutcomeUnusable "S0004" "outcome-unusable" Error,
    TemplateFault "S0005" "template-fault" Error,
    CatalogueUnusable "S0006" "catalogue-unusable" Error,
    NotComparable "S0007" "not-comparable" Error,
    PretestsUnusable "S0008" "pretests-unusable" Error,
}

impl Code {
    /// The code of that number.
    pub fn of(id: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.id() == id)
    }
}

//! The command line: one file a verb. Only here, and in the verbs, are files, the environment and the terminal touched.

mod cache;
mod check;
mod compute;
mod diff;
mod doc;
mod documents;
mod explain;
mod files;
mod fix;
mod fmt;
mod gathered;
mod lock;
mod new;
mod plan;
mod pretest;
mod progress;
mod project;
mod release;
mod replan;
mod run;
mod show;
mod terminal;
mod test;
mod why;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::text::Lang;

/// Comparison protocols as code 比对实施方案即代码
#[derive(Parser)]
#[command(name = "bidui", version, propagate_version = true)]
struct Arguments {
    /// Language of messages and documents (default: from the locale) 语言
    #[arg(long, global = true, value_enum)]
    lang: Option<Language>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Zh,
    En,
}

impl Language {
    fn lang(self) -> Lang {
        match self {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        }
    }
}

#[derive(Subcommand)]
enum Verb {
    /// Begins a protocol from a sample 由示例新建方案
    New(new::New),
    /// Checks protocols 检查方案
    Check(check::Check),
    /// Writes the plan, the timetable and what the participants receive 生成计划、时间表和参比实验室文件
    Plan(plan::Plan),
    /// Lists what a protocol leaves to its policy, with the origin of each 列出方案未写而由制度给出的内容及出处
    Show(show::Show),
    /// Carries a plan out on the submitted results 按计划处理提交的结果
    Run(run::Run),
    /// Explains a laboratory's verdict, back to its result 解释某实验室结论的由来
    Why(why::Why),
    /// Tries protocols on the tests written with them 执行方案中的用例
    Test(test::Test),
    /// Writes the reference manual of the language or of the methods 生成参考手册
    Doc(doc::Doc),
    /// Runs one method of the library on a table 直接用一种方法计算
    Compute(compute::Compute),
    /// Lays files out canonically, in either keyword language 规范排版
    Fmt(fmt::Fmt),
    /// Carries out the fixes that findings offer 自动改正
    Fix(fix::Fix),
    /// Tells what changes between two versions of a protocol, and whether the version says so 比较两个版本
    Diff(diff::Diff),
    /// Locks the modules on which the protocols of a catalogue rest 锁定目录所用的模块
    Lock(lock::LockModules),
    /// Explains a code, with a failing and a mended example 解释消息代码
    Explain(explain::Explain),
}

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Fine,
    /// There are findings that stand in the way.
    Findings,
    /// The verb could not run.
    Failed,
}

/// Reads the arguments, carries the verb out and gives the exit status: 0 fine, 1 findings, 2 could not run.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let asked = !error.use_stderr();
            // A closed pipe is no reason for another message.
            let _ = error.print();
            return ExitCode::from(if asked { 0 } else { 2 });
        }
    };
    let lang = arguments.lang.map(Language::lang);
    let status = match arguments.verb {
        Verb::New(verb) => verb.run(lang),
        Verb::Check(verb) => verb.run(lang),
        Verb::Plan(verb) => verb.run(lang),
        Verb::Show(verb) => verb.run(lang),
        Verb::Run(verb) => verb.run(lang),
        Verb::Why(verb) => verb.run(lang),
        Verb::Test(verb) => verb.run(lang),
        Verb::Doc(verb) => verb.run(lang),
        Verb::Compute(verb) => verb.run(lang),
        Verb::Fmt(verb) => verb.run(lang),
        Verb::Fix(verb) => verb.run(lang),
        Verb::Diff(verb) => verb.run(lang),
        Verb::Lock(verb) => verb.run(lang),
        Verb::Explain(verb) => verb.run(lang),
    };
    ExitCode::from(match status {
        Status::Fine => 0,
        Status::Findings => 1,
        Status::Failed => 2,
    })
}

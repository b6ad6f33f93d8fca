//! What an engine acknowledged, and whether it is still so.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

use cloud::objects::{ReadObject, UploadFile};
use cloud::pipelines::RunPipelines;
use cloud::registry::{Approval, DecidePackage, DescribePackage};
use cloud::sdk::Aws;
use cloud::{Reason, S3Uri};

use crate::pipeline;
use crate::random::Random;

/// At most as many executions are open at a time, and are started at all.
const OPEN: usize = 4;
const MOST: u32 = 90;

/// Something that was set several times: what was acknowledged last, and what was asked since.
#[derive(Debug, Clone)]
struct Set<T> {
    acknowledged: Option<T>,
    asked: Vec<T>,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { acknowledged: None, asked: Vec::new() }
    }
}

impl<T: PartialEq + Copy + std::fmt::Debug> Set<T> {
    fn acknowledge(&mut self) {
        self.acknowledged = self.asked.last().copied();
        self.asked.clear();
    }

    /// What is found must be one of them; it is certain from then on.
    fn check(&mut self, what: &str, found: Option<T>) {
        let is_asked = found.is_some_and(|found| self.asked.contains(&found));
        assert!(is_asked || found == self.acknowledged, "{what} is {found:?}, not {self:?}");
        (self.acknowledged, self.asked) = (found, Vec::new());
    }
}

/// All that was asked of engines on one home.
#[derive(Debug)]
pub(crate) struct Promises {
    random: RefCell<Random>,
    bucket: String,
    scratch: PathBuf,
    objects: RefCell<BTreeMap<String, Set<u64>>>,
    /// The executions by their numbers, which make their tokens.
    executions: RefCell<BTreeMap<u32, Option<String>>>,
    over: RefCell<BTreeSet<String>>,
    decisions: RefCell<BTreeMap<String, Set<Approval>>>,
}

impl Promises {
    pub(crate) fn new(seed: u64, bucket: String, scratch: PathBuf) -> Self {
        Self {
            random: RefCell::new(Random(seed)),
            bucket,
            scratch,
            objects: RefCell::default(),
            executions: RefCell::default(),
            over: RefCell::default(),
            decisions: RefCell::default(),
        }
    }

    pub(crate) fn below(&self, limit: u64) -> u64 {
        self.random.borrow_mut().below(limit)
    }

    /// Asks for more and more, until it is dropped. While the engine lives nothing may fail.
    pub(crate) async fn ask(&self, aws: &Aws) -> Infallible {
        let asked = tokio::join!(self.write(aws), self.execute(aws), self.decide(aws));
        asked.0
    }

    fn uri(&self, key: &str) -> S3Uri {
        S3Uri::new(&self.bucket, key).unwrap()
    }

    async fn write(&self, aws: &Aws) -> Infallible {
        loop {
            let key = format!("promised/{}", self.below(12));
            let seed = self.random.borrow_mut().next();
            fs::write(&self.scratch, contents(seed)).unwrap();
            self.objects.borrow_mut().entry(key.clone()).or_default().asked.push(seed);
            aws.upload(&self.scratch, &self.uri(&key)).await.unwrap();
            self.objects.borrow_mut().get_mut(&key).unwrap().acknowledge();
        }
    }

    async fn execute(&self, aws: &Aws) -> Infallible {
        loop {
            let open = self.open();
            let next = self.unacknowledged().or_else(|| self.next_number(open.len()));
            if let Some(number) = next {
                self.executions.borrow_mut().entry(number).or_default();
                let arn = pipeline::start(aws, number, "0").await.unwrap();
                self.executions.borrow_mut().insert(number, Some(arn));
            }
            for arn in open {
                if aws.execution(&arn).await.unwrap().progress.is_over() {
                    self.over.borrow_mut().insert(arn);
                }
            }
            tokio::task::yield_now().await;
        }
    }

    fn open(&self) -> Vec<String> {
        let over = self.over.borrow();
        let executions = self.executions.borrow();
        executions.values().flatten().filter(|arn| !over.contains(*arn)).cloned().collect()
    }

    fn unacknowledged(&self) -> Option<u32> {
        self.executions.borrow().iter().find(|(_, arn)| arn.is_none()).map(|(number, _)| *number)
    }

    fn next_number(&self, open: usize) -> Option<u32> {
        let next = u32::try_from(self.executions.borrow().len()).unwrap();
        (open < OPEN && next < MOST).then_some(next)
    }

    /// Most versions are approved; now and then somebody thinks again.
    async fn decide(&self, aws: &Aws) -> Infallible {
        loop {
            for version in pipeline::versions(aws).await.unwrap() {
                if version.approval != Approval::Pending && self.below(40) > 0 {
                    continue;
                }
                let rejects = self.below(3) == 0;
                let approval = if rejects { Approval::Rejected } else { Approval::Approved };
                let arn = version.arn.clone();
                self.decisions.borrow_mut().entry(arn).or_default().asked.push(approval);
                aws.decide(&version.arn, approval, "a fault test").await.unwrap();
                self.decisions.borrow_mut().get_mut(&version.arn).unwrap().acknowledge();
            }
            tokio::task::yield_now().await;
        }
    }

    /// Whether everything that was acknowledged is so.
    pub(crate) async fn check(&self, aws: &Aws) {
        let keys: Vec<String> = self.objects.borrow().keys().cloned().collect();
        for key in keys {
            let found = match aws.read(&self.uri(&key)).await {
                Ok(object) => Some(seed_of(&key, &object.bytes)),
                Err(error) if error.reason == Reason::NotFound => None,
                Err(error) => panic!("{error}"),
            };
            self.objects.borrow_mut().get_mut(&key).unwrap().check(&key, found);
        }
        let arns: Vec<String> = self.decisions.borrow().keys().cloned().collect();
        for arn in arns {
            let found = aws.describe_package(&arn).await.unwrap().summary.approval;
            let found = Some(found).filter(|it| *it != Approval::Pending);
            self.decisions.borrow_mut().get_mut(&arn).unwrap().check(&arn, found);
        }
        for arn in self.open() {
            aws.execution(&arn).await.unwrap();
        }
    }

    /// Every execution that was asked for, once each, however often its token is sent.
    pub(crate) async fn all_executions(&self, aws: &Aws) -> BTreeSet<String> {
        let known = self.executions.borrow().clone();
        let mut arns = BTreeSet::new();
        for (number, acknowledged) in &known {
            let arn = pipeline::start(aws, *number, "0").await.unwrap();
            assert!(acknowledged.as_ref().is_none_or(|it| *it == arn), "{number} began twice");
            arns.insert(arn);
        }
        assert_eq!(arns.len(), known.len(), "two tokens have one execution");
        let listed = aws.executions(pipeline::NAME).await.unwrap();
        let listed: BTreeSet<String> = listed.into_iter().map(|it| it.arn).collect();
        assert_eq!(listed, arns);
        arns
    }

    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let objects = self.objects.borrow().len();
        (objects, self.executions.borrow().len(), self.decisions.borrow().len())
    }
}

/// What is written is its seed and what follows from it, of some length.
fn contents(seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let length = if random.below(8) == 0 { 1 << 20 } else { random.below(30_000) };
    let mut bytes = seed.to_le_bytes().to_vec();
    bytes.extend(random.bytes(usize::try_from(length).unwrap()));
    bytes
}

fn seed_of(key: &str, bytes: &[u8]) -> u64 {
    let seed = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    assert!(bytes == contents(seed), "{key} holds what nobody wrote");
    seed
}

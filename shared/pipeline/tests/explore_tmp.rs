//! temporary
use std::io::Write;
use serde_json::{Value,json};
fn pointers(v:&Value,p:String,out:&mut Vec<String>){
  match v { Value::Object(m)=>for(k,x) in m{let q=format!("{p}/{}",k.replace('~',"~0").replace('/',"~1"));out.push(q.clone());pointers(x,q,out);},
   Value::Array(a)=>for(i,x) in a.iter().enumerate(){let q=format!("{p}/{i}");out.push(q.clone());pointers(x,q,out);},_=>{} }
}
#[test] fn explore(){
  let schema:Value=serde_json::from_str(&std::fs::read_to_string("../../schema-pipeline.json").unwrap()).unwrap();
  let v=jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&schema).unwrap();
  let mut o=std::io::BufWriter::new(std::fs::File::create("/tmp/explore.jsonl").unwrap());
  for d in ["good","sdk2","sdk3"]{ for e in std::fs::read_dir(format!("tests/corpus/{d}")).unwrap(){
    let f=e.unwrap().path(); if f.to_string_lossy().contains("two_hundred"){continue}
    let base:Value=serde_json::from_str(&std::fs::read_to_string(&f).unwrap()).unwrap();
    let mut ps=vec![];pointers(&base,String::new(),&mut ps);
    for p in ps{ for m in 0..6{
      let mut x=base.clone();
      if m==0 { let (par,last)=p.rsplit_once('/').unwrap(); let last=last.replace("~1","/").replace("~0","~"); match x.pointer_mut(par).unwrap(){Value::Object(o)=>{o.shift_remove(&last);},Value::Array(a)=>{a.remove(last.parse().unwrap());},_=>{}} }
      else { *x.pointer_mut(&p).unwrap()=match m{1=>json!(5),2=>json!("x"),3=>json!([]),4=>json!({}),_=>json!({"Std:Join":{"On":"","Values":["a"]}})}; }
      let errs:Vec<String>=pipeline::lint::lint(&x).into_iter().filter(|f|f.severity==pipeline::lint::Severity::Error).map(|f|format!("{} {}",f.rule,f.pointer)).collect();
      let pubr=pipeline::compatibility::published_schema_refusals(&x);
      let ours:Vec<String>=v.iter_errors(&x).take(1).map(|e|format!("{} {}",e.instance_path(),e)).map(|s|s.chars().take(150).collect()).collect();
      writeln!(o,"{}",json!({"f":f.file_name().unwrap().to_string_lossy(),"p":p,"m":m,"lint":errs,"ours":ours,"pub":pubr.iter().map(|r|format!("{} {}",r.pointer,r.why)).collect::<Vec<_>>(),"x":x})).unwrap();
    }}
  }}
}

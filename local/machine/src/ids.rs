//! Names that nobody chose.

/// As many random letters (lower case) and digits, as SageMaker names executions and jobs.
pub fn alphanumeric(length: usize) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |byte: u8| LETTERS.get(usize::from(byte) % 36).copied().unwrap_or(b'a');
    bytes(length).into_iter().map(|byte| char::from(letter(byte))).collect()
}

/// As many random bytes, in hexadecimal.
pub fn hex(count: usize) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes(count).into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A random UUID, as requests, events and messages have.
pub fn uuid() -> String {
    let hex = hex(16);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

fn bytes(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    // Linux has had it since 3.17; there is no name to give out without.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_five_parts() {
        let parts: Vec<usize> = uuid().split('-').map(str::len).collect();

        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }
}

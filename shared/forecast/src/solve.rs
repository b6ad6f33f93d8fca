//! How are small dense systems solved?
#![expect(clippy::indexing_slicing, reason = "numeric kernel over square arrays")]

/// Solves `A x = b`, given as rows of `A` with `b` as their last column; zero where singular.
pub(crate) fn gauss(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let count = rows.len();
    for pivot in 0..count {
        let best = (pivot..count)
            .max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs()))
            .unwrap_or(pivot);
        rows.swap(pivot, best);
        if rows[pivot][pivot].abs() < 1e-300 {
            return vec![0.0; count];
        }
        let (above, below) = rows.split_at_mut(pivot + 1);
        let lead = &above[pivot];
        for row in below {
            let factor = row[pivot] / lead[pivot];
            for (value, other) in row.iter_mut().zip(lead).skip(pivot) {
                *value -= factor * other;
            }
        }
    }
    let mut solution = vec![0.0; count];
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|column| rows[row][column] * solution[column]).sum();
        solution[row] = (rows[row][count] - known) / rows[row][row];
    }
    solution
}

/// The best approximation of rank `rank` of rows, in the sense of least squares (Eckart and Young
/// 1936), through the eigenvectors of the smaller Gram matrix (Jacobi's method).
///
/// One answer for each rank asked for, since the eigenvectors are the same.
pub(crate) fn low_rank(rows: &[Vec<f64>], ranks: &[usize]) -> Vec<Vec<Vec<f64>>> {
    let count = rows.len();
    let gram: Vec<Vec<f64>> = rows
        .iter()
        .map(|a| rows.iter().map(|b| a.iter().zip(b).map(|(a, b)| a * b).sum()).collect())
        .collect();
    let vectors = eigenvectors(gram);
    let width = rows.first().map_or(0, Vec::len);
    // Row by row: the projection of the rows on each eigenvector.
    let scores: Vec<Vec<f64>> = vectors
        .iter()
        .map(|vector| {
            let mut score = vec![0.0; width];
            for (weight, row) in vector.iter().zip(rows) {
                for (sum, value) in score.iter_mut().zip(row) {
                    *sum += weight * value;
                }
            }
            score
        })
        .collect();
    let approximate = |&rank: &usize| {
        let mut result = vec![vec![0.0; width]; count];
        for (vector, score) in vectors.iter().zip(&scores).take(rank) {
            for (row, weight) in result.iter_mut().zip(vector) {
                for (sum, value) in row.iter_mut().zip(score) {
                    *sum += weight * value;
                }
            }
        }
        result
    };
    ranks.iter().map(approximate).collect()
}

/// The eigenvectors of a symmetric matrix, that of the greatest eigenvalue first, by cyclic Jacobi
/// rotations (Golub and Van Loan, "Matrix Computations", 8.5).
fn eigenvectors(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let count = matrix.len();
    let mut vectors = vec![vec![0.0; count]; count];
    for (place, row) in vectors.iter_mut().enumerate() {
        row[place] = 1.0;
    }
    let scale: f64 = (0..count).map(|i| matrix[i][i].abs()).sum();
    for _ in 0..12 {
        let off: f64 = (0..count).map(|i| (0..i).map(|j| matrix[i][j].abs()).sum::<f64>()).sum();
        if off <= 1e-12 * scale {
            break;
        }
        for p in 0..count {
            for q in p + 1..count {
                rotate(&mut matrix, &mut vectors, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| matrix[b][b].total_cmp(&matrix[a][a]));
    order.into_iter().map(|place| vectors[place].clone()).collect()
}

/// Makes one element off the diagonal zero; `vectors` holds an eigenvector a row.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    if matrix[p][q].abs() < 1e-300 {
        return;
    }
    let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = tangent.hypot(1.0).recip();
    let sine = tangent * cosine;
    for row in matrix.iter_mut() {
        let (a, b) = (row[p], row[q]);
        (row[p], row[q]) = (cosine * a - sine * b, sine * a + cosine * b);
    }
    let (above, below) = matrix.split_at_mut(q);
    for (a, b) in above[p].iter_mut().zip(&mut below[0]) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
    let (above, below) = vectors.split_at_mut(q);
    for (a, b) in above[p].iter_mut().zip(&mut below[0]) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

# Runs R's limma on the simulated sets and writes its results: `Rscript tests/reference/limma.R` from the root.
#
# Reads limma_{values,samples,sets}.tsv, writes limma_{prior,genes,roast,camera,versions}.tsv. Fold changes are knockout / control,
# adjusted for sex. roast: set.statistic = "mean", 99,999 rotations, limma's other defaults. camera: correlation estimated,
# z and not ranks; sets with weights of -1 are left out, since camera has none.

suppressMessages(library(limma))

folder <- file.path("tests", "reference")
digits <- 8
rotations <- 99999

read_table <- function(name) read.delim(file.path(folder, name), check.names = FALSE)

write_table <- function(table, name) {
  numeric <- vapply(table, is.double, logical(1))
  table[numeric] <- lapply(table[numeric], signif, digits = digits)
  file <- file(file.path(folder, name), open = "wb") # binary: line ends stay LF wherever this is run
  write.table(table, file, sep = "\t", quote = FALSE, row.names = FALSE, na = "NA")
  close(file)
}

table <- read_table("limma_values.tsv")
values <- as.matrix(table[-1])
rownames(values) <- table$gene_id
samples <- read_table("limma_samples.tsv")
samples$condition <- factor(samples$condition, levels = c("control", "knockout"))
stopifnot(identical(colnames(values), samples$sample))
design <- model.matrix(~ sex + condition, samples)
sets <- read_table("limma_sets.tsv")
sets <- split(sets, factor(sets$set, levels = unique(sets$set)))

fit <- eBayes(lmFit(values, design))
last <- ncol(design)
write_table(data.frame(prior_variance = fit$s2.prior, prior_df = fit$df.prior), "limma_prior.tsv")
write_table(
  data.frame(gene_id = rownames(values), log2_fold_change = fit$coefficients[, last],
             moderated_variance = fit$s2.post, moderated_t = fit$t[, last]),
  "limma_genes.tsv"
)

rotate <- function(set) {
  set.seed(1)
  p <- roast(values, match(set$gene_id, rownames(values)), design, gene.weights = set$weight, nrot = rotations)$p.value
  data.frame(set = set$set[1], n_genes = nrow(set), p_up = p["Up", "P.Value"], p_down = p["Down", "P.Value"],
             p_two_sided = p["UpOrDown", "P.Value"])
}
write_table(do.call(rbind, lapply(sets, rotate)), "limma_roast.tsv")

unsigned <- Filter(function(set) all(set$weight == 1), sets)
index <- lapply(unsigned, function(set) match(set$gene_id, rownames(values)))
compared <- camera(values, index, design, inter.gene.cor = NA, use.ranks = FALSE, sort = FALSE)
write_table(
  data.frame(set = rownames(compared), n_genes = compared$NGenes, inter_gene_correlation = compared$Correlation,
             direction = compared$Direction, p_two_sided = compared$PValue),
  "limma_camera.tsv"
)

write_table(
  data.frame(program = c("R", "limma"), version = c(as.character(getRversion()), as.character(packageVersion("limma")))),
  "limma_versions.tsv"
)

# Runs R's DESeq2 on the simulated studies and writes its results: `Rscript tests/reference/deseq2.R` from the root.
#
# Reads counts_{twelve,six}.tsv and samples_{twelve,six}.tsv, writes deseq2_*.tsv and versions.tsv (R, DESeq2, limma).
# Fold changes are knockout / control. All of DESeq2's defaults but alpha = 0.05. limma checks that the designs are estimable.

suppressMessages({
  library(DESeq2)
  library(limma)
})

folder <- file.path("tests", "reference")
alpha <- 0.05
digits <- 8

read_table <- function(name) read.delim(file.path(folder, name), row.names = 1, check.names = FALSE)

write_table <- function(table, name) {
  numeric <- vapply(table, is.double, logical(1))
  table[numeric] <- lapply(table[numeric], signif, digits = digits)
  file <- file(file.path(folder, name), open = "wb") # binary: line ends stay LF wherever this is run
  write.table(table, file, sep = "\t", quote = FALSE, row.names = FALSE, na = "NA")
  close(file)
}

fit <- function(study, formula) {
  samples <- read_table(paste0("samples_", study, ".tsv"))
  samples$condition <- factor(samples$condition, levels = c("control", "knockout"))
  samples$sex <- factor(samples$sex)
  samples$batch <- factor(samples$batch)
  stopifnot(is.null(nonEstimable(model.matrix(formula, samples))))
  counts <- as.matrix(read_table(paste0("counts_", study, ".tsv")))
  stopifnot(identical(colnames(counts), rownames(samples)))
  DESeq(DESeqDataSetFromMatrix(counts, samples, formula), quiet = TRUE)
}

genes <- function(fitted) {
  result <- results(fitted, name = "condition_knockout_vs_control", alpha = alpha)
  kept <- c("dispGeneEst", "dispersion", "maxCooks")
  data.frame(gene_id = rownames(fitted), as.data.frame(result), as.data.frame(mcols(fitted)[kept]))
}

trend <- function(fitted, design) {
  fn <- dispersionFunction(fitted)
  stopifnot(attr(fn, "fitType") == "parametric")
  data.frame(
    design = design,
    t(attr(fn, "coefficients")),
    varLogDispEsts = attr(fn, "varLogDispEsts"),
    dispPriorVar = attr(fn, "dispPriorVar")
  )
}

size_factors <- function(fitted, study) {
  # the even rows, as an arbitrary set that is easy to name again
  control <- estimateSizeFactors(fitted, controlGenes = seq(2, nrow(fitted), by = 2))
  data.frame(
    study = study,
    sample = colnames(fitted),
    size_factor = unname(sizeFactors(fitted)),
    size_factor_control_genes = unname(sizeFactors(control))
  )
}

fits <- list(
  condition = fit("twelve", ~ condition),
  sex_condition = fit("twelve", ~ sex + condition),
  sex_batch_condition = fit("twelve", ~ sex + batch + condition),
  six_condition = fit("six", ~ condition)
)
for (design in names(fits)) write_table(genes(fits[[design]]), paste0("deseq2_", design, ".tsv"))
write_table(do.call(rbind, Map(trend, fits, names(fits))), "deseq2_trends.tsv")
write_table(
  rbind(size_factors(fits$condition, "twelve"), size_factors(fits$six_condition, "six")),
  "deseq2_size_factors.tsv"
)

equivalence <- results(fits$condition, name = "condition_knockout_vs_control", alpha = alpha, lfcThreshold = 0.585,
                       altHypothesis = "lessAbs")
write_table(
  data.frame(gene_id = rownames(equivalence), as.data.frame(equivalence)[c("stat", "pvalue", "padj")]),
  "deseq2_condition_less_abs.tsv"
)

versions <- vapply(c("DESeq2", "limma"), function(name) as.character(packageVersion(name)), character(1))
write_table(
  data.frame(program = c("R", names(versions)), version = c(as.character(getRversion()), unname(versions))),
  "versions.tsv"
)

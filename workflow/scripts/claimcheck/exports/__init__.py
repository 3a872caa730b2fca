"""The results in the formats of other programs: AnnData, GSEA's gene sets and rankings, MultiQC's tables."""

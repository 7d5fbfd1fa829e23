/**
 * How much an archive may hold.
 * @module
 */

/** Beyond these an archive is refused before a byte of it is unpacked. */
export interface ArchiveLimits {
  /** Files and folders. */
  readonly entries: number;
  /** Bytes of one entry when unpacked. */
  readonly entryBytes: number;
  /** Bytes of all entries when unpacked. */
  readonly totalBytes: number;
  /** Times its packed size that an entry, or the archive as a whole, may unpack to. */
  readonly ratio: number;
  /** Bytes up to which the ratio is not asked: small files of zeros are harmless. */
  readonly ratioFrom: number;
}

/**
 * Real archives stay far below: data sets have tens of entries, up to 1 GB, and pack to a third or a tenth; a TensorFlow wheel has 16,000, the
 * largest of 0.8 GB, packs to a fifth, and its headers to a fiftieth. Deflate itself ends near a ratio of 1,030.
 */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 60_000,
  entryBytes: 4e9,
  totalBytes: 16e9,
  ratio: 200,
  ratioFrom: 1 << 20,
};

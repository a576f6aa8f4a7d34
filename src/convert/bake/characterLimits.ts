/**
 * Ceilings on what a character may ask for, checked before anything is allocated. They bound memory and time, not taste:
 * each is many times what characters made for real-time use have.
 */

/** Vertices of one primitive. Scans have a million, game characters a hundred thousand. */
export const MaxPrimitiveVertices = 4_000_000;

/** Indices of one primitive: about as many triangles as vertices twice over, as on any closed surface. */
export const MaxPrimitiveIndices = 24_000_000;

/**
 * Numbers in all attributes, morph targets and indices together, each counted as often as the scene shows it; read as
 * 32-bit floats they take 1 GiB. A face of 20,000 vertices with 100 targets, shared by ten materials, has 60 million.
 */
export const MaxCharacterNumbers = 268_435_456;

/** Bytes that compressed buffer views may unfold to: twice the numbers above would not fit either. */
export const MaxUnpackedBytes = 1_073_741_824;

/** Nodes from the root to a leaf. Chains of hair have a few dozen; reading walks the tree recursively. */
export const MaxNodeDepth = 1024;

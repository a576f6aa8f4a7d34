// A refined picture of a head, for a pass that draws. Word by word: src/pipeline/7-composite/headPictureLayout.ts.
struct HeadPicture {
    // Normalised device coordinates of now → place in the picture when it was taken, 0..1, rows from the top; homogeneous, z unused.
    fromDevice: mat4x4f,
    firstPosed: u32,
    gaussianCount: u32,
    layer: u32,
    // How much of it is seen, 0..1.
    share: f32,
    // Part of the layer's sides that it fills.
    extent: f32,
}

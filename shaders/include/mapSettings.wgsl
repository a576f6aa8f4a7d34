// What a map model says of all its Gaussians. Word by word: src/pipeline/3-gaussians/mapModelLayout.ts.
struct MapSettings {
    gaussianCount: u32,
    mapSize: u32,
    influenceCount: u32,
    skinsQuaternions: u32,
    hasLogitColors: u32,
    hasFixedHands: u32,
    positionGain: f32,
    opacityGain: f32,
    scaleGain: f32,
    rotationGain: f32,
    colorGain: f32,
}

// What a map model says of one Gaussian: where it stands in the maps, and its values where the networks say nothing.
struct MapTexel {
    position: vec3f,
    opacity: f32,
    rotation: vec4f,
    scale: vec3f,
    texel: u32,
    color: vec3f,
}

// WGSL lets compilers assume that no NaN occurs, so comparisons cannot be trusted to find one; its bits can.
fn isFinite(value: f32) -> bool {
    return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

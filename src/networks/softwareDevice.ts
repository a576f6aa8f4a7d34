/** Names that drivers without a graphics processor give themselves: SwiftShader, lavapipe (llvmpipe), Windows' WARP. */
const SoftwareNames = /swiftshader|llvmpipe|lavapipe|software|basic render|\bwarp\b/i;

/**
 * Whether a graphics device is the processor in disguise. Networks run 3 to 60 times faster on the processor directly.
 *
 * @param device any device
 * @returns true where it says so by its adapter's flag or name
 */
export function IsSoftwareDevice(device: GPUDevice): boolean {
    // Not in older browsers.
    const info = device.adapterInfo as GPUAdapterInfo | undefined;
    if (!info) {
        return false;
    }
    return (
        info.isFallbackAdapter ||
        [info.vendor, info.architecture, info.device, info.description].some((name) => SoftwareNames.test(name))
    );
}

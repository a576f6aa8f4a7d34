import { ArkitNames, ArkitParts } from "../vocabulary/arkit.js";

/** What of a face an expression can keep others away from (VRM's overrides). */
export type FaceRegion = "blink" | "lookAt" | "mouth";

/** All regions, in the order of arrays of them. */
export const FaceRegions: readonly FaceRegion[] = ["blink", "lookAt", "mouth"];

/** [52] index of the region that each shape belongs to; -1 for none. */
export const RegionOfShape = Int8Array.from(ArkitParts, (part, shape) => {
    if (part === "jaw" || part === "lips" || part === "tongue") {
        return FaceRegions.indexOf("mouth");
    }
    if (part === "gaze") {
        return FaceRegions.indexOf("lookAt");
    }
    return ArkitNames[shape]!.startsWith("eyeBlink") ? FaceRegions.indexOf("blink") : -1;
});

/** [52] 1 for the shapes that speech moves. */
export const MouthShapes = Uint8Array.from(RegionOfShape, (region) => (FaceRegions[region] === "mouth" ? 1 : 0));

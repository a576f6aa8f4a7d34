/** The demo person, trained: small networks, 52 expression channels, one walking clip. */
export const TrainedAvatarUrl = "assets/ada/ada.lite.avatar.glb";

/** The same character, baked without any training: 60,000 Gaussians, the same channels and clip. For scenes of many. */
export const BakedAvatarUrl = "assets/ada.avatar.glb";

/** Her head alone, trained close up: small networks, a refiner, 52 expression channels. */
export const HeadAvatarUrl = "assets/ada/ada-head.avatar.glb";

/** The walking clip alone, on joints with SMPL-X names. */
export const WalkClipUrl = "assets/walk.glb";

/** How fast the ground passes under the feet of that clip, metres a second. */
export const WalkSpeed = 0.88;

/** A mannequin that dances and walks: an engine's bone names and axes, an A-pose, centimetres with z up. */
export const MannequinUrl = "assets/mannequin.glb";

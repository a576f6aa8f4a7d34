/** The demo person: 60,000 Gaussians, 52 expression channels, one walking clip. */
export const DemoAvatarUrl = "assets/ada.avatar.glb";

/** The demo person with small networks: random ones, until she is trained. */
export const LiteAvatarUrl = "assets/ada.lite.avatar.glb";

/** The walking clip alone, on joints with SMPL-X names. */
export const WalkClipUrl = "assets/walk.glb";

/** How fast the ground passes under the feet of that clip, metres a second. */
export const WalkSpeed = 0.88;

/** A mannequin that dances and walks: an engine's bone names and axes, an A-pose, centimetres with z up. */
export const MannequinUrl = "assets/mannequin.glb";

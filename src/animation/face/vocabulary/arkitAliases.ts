/**
 * Other names of single shapes, without side, lower case, letters and digits only, parted by spaces; `~` is the side that the
 * name says, or both. From Unified Expressions, MetaHuman's control curves, Character Creator, Maya exports and MediaPipe.
 * Schemes that split a shape which ARKit has once give each half its share.
 */
export const ArkitAliases: readonly (readonly [names: string, shapes: string])[] = [
    ["eyeclosed eyeclose eyelidclose eyelidsclosed eyeblinkclose", "eyeBlink~"],
    ["eyewiden eyeopenwide", "eyeWide~"],
    ["eyesquintinner eyelidtighten lidtighten", "eyeSquint~"],
    ["eyecheekraise cheekraise cheeksquintraise", "cheekSquint~"],
    ["browlowerer browlower browsdown", "browDown~"],
    ["browpinch browlateral", "browDown~ .5"],
    ["browraisein browinnerraise browraiseinner innerbrowraise", "browInnerUp .5"],
    ["browraiseouter browouterraise outerbrowraise browouter", "browOuterUp~"],
    ["nosewrinkle nosewrinkler nosesneerup", "noseSneer~"],
    ["cheekblow mouthcheekblow cheekpuffout", "cheekPuff .5"],
    ["jawfwd jawthrust jawout", "jawForward"],
    ["jawdrop", "jawOpen"],
    ["mouthclosed lipsclose lipstogether", "mouthClose"],
    ["mouthcornerpull mouthcornersmile mouthcornerup", "mouthSmile~"],
    ["mouthcornerdepress mouthsad mouthcornerdown", "mouthFrown~"],
    ["mouthupperlipraise upperlipraise mouthupperlipup", "mouthUpperUp~"],
    ["mouthlowerlipdepress lowerlipdepress mouthlowerlipdown", "mouthLowerDown~"],
    ["mouthlipspress lippress mouthpressu mouthpressd mouthpressup mouthpressdown", "mouthPress~ .5"],
    ["mouthtightener mouthlipstighten", "mouthPress~ .5"],
    ["mouthdimpler", "mouthDimple~"],
    ["mouthstretcher", "mouthStretch~"],
    ["lipsuckupper mouthupperliprollin mouthrollinupper", "mouthRollUpper .5"],
    ["lipsucklower mouthlowerliprollin mouthrollinlower", "mouthRollLower .5"],
    ["lipfunnelupper lipfunnellower mouthfunnelu mouthfunneld mouthlipsfunnelu mouthlipsfunneld", "mouthFunnel .25"],
    ["lippucker lippuckerupper lippuckerlower mouthlipspurseu mouthlipspursed", "mouthPucker .25"],
    ["mouthraiserupper jawchinraiseu", "mouthShrugUpper .5"],
    ["mouthraiserlower jawchinraised chinraise", "mouthShrugLower .5"],
    ["tonguestickout tongueoutup tongueprotrude", "tongueOut"],
];

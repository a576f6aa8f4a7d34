/**
 * Whole expressions that characters come with (VRM 0 and 1, VRoid, Ready Player Me, MMD), lower case, letters and digits only;
 * `~` is the side that the name says, or both. Starting values: creators' own shapes differ.
 */
export const Presets: readonly (readonly [names: string, shapes: string])[] = [
    ["aa a ah mtha mthaa あ mouthopen", "jawOpen .6, mouthLowerDown* .2, mouthUpperUp* .12"],
    ["ih i mthi い", "jawOpen .18, mouthStretch* .3, mouthSmile* .2, mouthLowerDown* .15"],
    ["ou u uu mthu う", "jawOpen .15, mouthPucker .75, mouthFunnel .25"],
    ["ee e mthe え", "jawOpen .28, mouthStretch* .22, mouthSmile* .15, mouthLowerDown* .2, mouthUpperUp* .1"],
    ["oh o mtho お", "jawOpen .38, mouthFunnel .55, mouthPucker .2"],
    ["blink eyeclose eyesclosed wink まばたき ウィンク", "eyeBlink~"],
    ["happy joy alljoy mthjoy 笑い にこり", "mouthSmile* .8, cheekSquint* .45, eyeSquint* .25, browInnerUp .1"],
    ["angry allangry 怒り", "browDown* .9, noseSneer* .35, mouthPress* .4, eyeSquint* .35, jawForward .1"],
    ["sad sorrow allsorrow 困る", "browInnerUp .8, mouthFrown* .6, mouthShrugLower .3, eyeSquint* .2, eyeLookDown* .2"],
    ["relaxed fun allfun", "mouthSmile* .3, eyeSquint* .15, eyeBlink* .15, browInnerUp .1"],
    ["surprised allsurprised びっくり", "browInnerUp .8, browOuterUp* .8, eyeWide* .8, jawOpen .35"],
    ["lookup eyeslookup", "eyeLookUp*"],
    ["lookdown eyeslookdown", "eyeLookDown*"],
    ["browangry brwangry 真面目", "browDown*"],
    ["browsorrow brwsorrow", "browInnerUp"],
    ["brwsurprised 上", "browInnerUp .8, browOuterUp*"],
    ["下", "browDown* .7"],
    ["mouthsmile smile mthfun", "mouthSmile~"],
    ["eyjoy eyejoy", "eyeBlink* .6, cheekSquint* .6"],
    ["neutral allneutral", ""],
];

/** Gazes whose side is where they go, not which eye moves. */
export const SidedGazes: Readonly<Record<string, string>> = {
    lookLeft: "eyeLookOutLeft, eyeLookInRight",
    lookRight: "eyeLookOutRight, eyeLookInLeft",
    "eyelookleft Left": "eyeLookOutLeft",
    "eyelookleft Right": "eyeLookInRight",
    "eyelookright Left": "eyeLookInLeft",
    "eyelookright Right": "eyeLookOutRight",
};

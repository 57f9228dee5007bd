// What the console uses of JsSIP.
import * as JsSIP from "jssip";

export const UA = JsSIP.UA;
export const WebSocketInterface = JsSIP.WebSocketInterface;

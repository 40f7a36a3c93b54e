// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

/**
 * The Huffman code of header compression (RFC 7541 section 5.2 and appendix B).
 *
 * <p>The code is canonical, so that its lengths say all. Decoding takes four bits a step through a table of states made
 * from it once.
 */
final class Huffman {
    /** Length of each byte's code: 5 for {@code A}, 6 for {@code B} and so on; EOS has 30 bits. */
    private static final String LENGTHS = ""
            + "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXX"
            + "BFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF"
            + "IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJB"
            + "KABABABBBACCBBBABCBAABCCCCCKGJIX"
            + "PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSST"
            + "RQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS"
            + "VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWW"
            + "PTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV";

    private static final int SHORTEST = 5;
    private static final int LONGEST = 30;
    private static final int EOS = 256;

    private static final int FAIL = -1;
    private static final int EMITS = 1 << 16;
    private static final int SYMBOL_SHIFT = 17;
    private static final int STATE_MASK = 0xffff;

    /** By state and four bits: the next state, whether a byte is complete, and which. */
    private static final int[] STEPS;

    /** Whether input may end in a state: at most seven bits of EOS have been seen. */
    private static final boolean[] ACCEPTS;

    static {
        int[] children = tree();
        int states = children.length / 2;
        STEPS = new int[states * 16];
        ACCEPTS = new boolean[states];
        for (int state = 0; state < states; state++) {
            for (int bits = 0; bits < 16; bits++) {
                STEPS[state * 16 + bits] = step(children, state, bits);
            }
        }
        int padding = 0;
        for (int ones = 0; ones < 8; ones++) {
            ACCEPTS[padding] = true;
            padding = children[padding * 2 + 1];
        }
    }

    private Huffman() {}

    /** Two children a node: the index of an inner node, or minus one less the symbol. Node 0 is the root. */
    private static int[] tree() {
        int[] children = new int[2 * EOS];
        int nodes = 1;
        long code = 0;
        for (int length = SHORTEST; length <= LONGEST; length++) {
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (length(symbol) != length) {
                    continue;
                }
                int node = 0;
                for (int bit = length - 1; bit > 0; bit--) {
                    int at = node * 2 + (int) (code >>> bit & 1);
                    if (children[at] == 0) {
                        children[at] = nodes++;
                    }
                    node = children[at];
                }
                children[node * 2 + (int) (code & 1)] = -1 - symbol;
                code++;
            }
            code <<= 1;
        }
        return children;
    }

    private static int length(int symbol) {
        return symbol == EOS ? LONGEST : LENGTHS.charAt(symbol) - 'A' + SHORTEST;
    }

    private static int step(int[] children, int state, int bits) {
        int node = state;
        int emitted = 0;
        for (int bit = 3; bit >= 0; bit--) {
            int child = children[node * 2 + (bits >>> bit & 1)];
            if (child < 0) {
                int symbol = -1 - child;
                if (symbol == EOS) {
                    return FAIL;
                }
                emitted = EMITS | symbol << SYMBOL_SHIFT; // no code is shorter than five bits: at most one a step
                node = 0;
            } else {
                node = child;
            }
        }
        return emitted | node;
    }

    /**
     * Decodes {@code in[from..to)} to {@code out} from {@code at} on.
     *
     * @return behind the last byte written, or -1 if the input is no such code or {@code out} is full
     */
    static int decode(byte[] in, int from, int to, byte[] out, int at) {
        int state = 0;
        int end = at;
        for (int i = from; i < to; i++) {
            int b = in[i] & 0xff;
            int high = STEPS[state * 16 + (b >>> 4)];
            if (high == FAIL || end + 2 > out.length) {
                return -1;
            }
            if ((high & EMITS) != 0) {
                out[end++] = (byte) (high >>> SYMBOL_SHIFT);
            }
            int low = STEPS[(high & STATE_MASK) * 16 + (b & 0xf)];
            if (low == FAIL) {
                return -1;
            }
            if ((low & EMITS) != 0) {
                out[end++] = (byte) (low >>> SYMBOL_SHIFT);
            }
            state = low & STATE_MASK;
        }
        return ACCEPTS[state] ? end : -1;
    }
}

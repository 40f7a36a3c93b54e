// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A set of texts that a slice is looked up in without becoming an object: an open hash table, at most half full. */
final class TextSet implements Match {
    private final byte[] @Nullable [] slots;
    private final int mask;
    private final boolean fold;

    TextSet(List<byte[]> texts, boolean fold) {
        this.fold = fold;
        int size = Integer.highestOneBit(Math.max(4, texts.size() * 2 - 1)) * 2;
        slots = new byte[size][];
        mask = size - 1;
        for (byte[] text : texts) {
            int at = hash(text, 0, text.length) & mask;
            while (slots[at] != null) {
                at = at + 1 & mask;
            }
            slots[at] = text;
        }
    }

    @Override
    public boolean matches(Facts facts, Sample value) {
        int at = hash(value.bytes, value.start, value.end) & mask;
        byte[] text;
        while ((text = slots[at]) != null) {
            if (Text.equals(value.bytes, value.start, value.end, text, fold)) {
                return true;
            }
            at = at + 1 & mask;
        }
        return false;
    }

    private int hash(byte[] bytes, int start, int end) {
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + (fold ? Text.lower(bytes[i]) : bytes[i]);
        }
        return hash ^ hash >>> 15;
    }
}

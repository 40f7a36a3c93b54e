// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code h1-case-adjust}: capitals for field names, for peers that want them against RFC 9110 section 5.1. Immutable.
 *
 * <p>A name keeps its length, so that it is changed where it lies, just before a head is written.
 */
public final class CaseAdjust {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Name(byte[] lower, byte[] wanted) {}

    /** By the length of the name. */
    private final List<Name>[] byLength;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of lists can only be made raw
    CaseAdjust(Map<String, String> names) {
        int longest = names.keySet().stream().mapToInt(String::length).max().orElse(0);
        byLength = new List[longest + 1];
        for (int i = 0; i <= longest; i++) {
            byLength[i] = new ArrayList<>(1);
        }
        names.forEach((lower, wanted) -> byLength[lower.length()].add(
                new Name(lower.getBytes(StandardCharsets.ISO_8859_1), wanted.getBytes(StandardCharsets.ISO_8859_1))));
    }

    /** Changes the names of a message that is about to be written. */
    public void applyTo(Headers headers) {
        byte[] bytes = headers.bytes();
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i)) {
                int start = headers.nameStart(i);
                Name name = find(bytes, start, headers.nameEnd(i));
                if (name != null) {
                    System.arraycopy(name.wanted, 0, bytes, start, name.wanted.length);
                }
            }
        }
    }

    /** Changes the name {@code lower} that has been written at {@code start} of {@code out}. */
    public void applyTo(ByteBuf out, int start, byte[] lower) {
        Name name = find(lower, 0, lower.length);
        if (name != null) {
            out.setBytes(start, name.wanted);
        }
    }

    private @Nullable Name find(byte[] bytes, int start, int end) {
        int length = end - start;
        if (length >= byLength.length) {
            return null;
        }
        List<Name> names = byLength[length];
        for (int i = 0; i < names.size(); i++) {
            Name name = names.get(i);
            if (Ascii.equalsIgnoreCase(bytes, start, name.lower)) {
                return name;
            }
        }
        return null;
    }
}

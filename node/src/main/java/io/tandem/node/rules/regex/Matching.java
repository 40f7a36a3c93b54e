// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import io.tandem.node.rules.regex.automaton.Automaton;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * What one thread matches with: the subject, and where the groups of the last match are. Reused from one match to the next;
 * the subject may be asked for any number of expressions. Not thread-safe.
 */
public final class Matching {
    /** How many groups are remembered, the whole match among them: {@code \0} to {@code \9}. */
    public static final int GROUPS = 10;

    private static final byte[] NOTHING = new byte[0];
    private static final int NOWHERE = -1;

    private final int[] bounds = new int[GROUPS * 2];
    private byte[] bytes = NOTHING;
    private int start;
    private int end;
    private int groups;

    private @Nullable NativeSubject nativeSubject;
    private boolean rest;
    private int copiedFrom = NOWHERE;
    private @Nullable SliceText text;
    private @Nullable Matcher matcher;

    /** Takes the slice to look at; it must not change until the next. */
    public void over(byte[] newBytes, int newStart, int newEnd) {
        bytes = newBytes;
        start = newStart;
        end = newEnd;
        groups = 0;
        rest = false;
        copiedFrom = NOWHERE;
    }

    /**
     * Goes on with the subject from {@code from} on, as with a subject of its own that only does not begin there: {@code ^}
     * does not match, and what is in front of it is not looked at. HAProxy replaces one match after the other that way.
     */
    public void rest(int from) {
        start = from;
        rest = true;
        groups = 0;
    }

    /** Whether the subject does not begin where it starts. */
    boolean isRest() {
        return rest;
    }

    boolean isMatchedBy(Automaton automaton) {
        return automaton.matches(bytes, start, end, !rest);
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return end - start;
    }

    /** How many groups the last match has, the whole among them; those behind the last that took part do not count. */
    public int groups() {
        return groups;
    }

    /** Where group {@code group} begins in {@link #bytes}, or -1 where it took no part. */
    public int groupStart(int group) {
        return bounds[group * 2];
    }

    /** Behind the last byte of the group. */
    public int groupEnd(int group) {
        return bounds[group * 2 + 1];
    }

    /** Begins to remember {@code count} groups. */
    void groups(int count) {
        groups = Math.min(count, GROUPS);
    }

    /** Remembers a group by its place in the subject; -1 for one that took no part. */
    void group(int group, int from, int to) {
        bounds[group * 2] = from < 0 ? -1 : start + from;
        bounds[group * 2 + 1] = from < 0 ? -1 : start + to;
    }

    /** The subject in native memory, copied there on first use. */
    NativeSubject nativeSubject(Pcre2 library) {
        NativeSubject subject = nativeSubject;
        if (subject == null) {
            subject = new NativeSubject(library);
            nativeSubject = subject;
        }
        if (copiedFrom == NOWHERE) {
            subject.copy(bytes, start, end);
            copiedFrom = start;
        }
        subject.skip(start - copiedFrom);
        return subject;
    }

    /** The subject for {@code java.util.regex}, with a fresh allowance of steps. */
    Matcher matcher(java.util.regex.Pattern pattern) {
        SliceText slice = text;
        Matcher reused = matcher;
        if (slice == null || reused == null) {
            slice = new SliceText();
            reused = pattern.matcher(slice);
            text = slice;
            matcher = reused;
        }
        // One byte in front, which no expression sees, makes the rest of a subject begin nowhere.
        int before = rest && start > 0 ? 1 : 0;
        slice.over(bytes, start - before, end);
        return reused.usePattern(pattern).reset(slice).useAnchoringBounds(false).region(before, slice.length());
    }
}

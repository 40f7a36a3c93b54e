// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.language.HeapRoom;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of patterns, one a line, in maps with their value behind it. Empty lines and those that begin with a sharp do not
 * count; blanks in front of a pattern do not, nor behind a value (HAProxy manual 7.1, {@code -f} and {@code map}).
 *
 * @param name as messages and operators call it, prefix included
 */
record PatternFile(String name, Path path, Presence presence) {
    /** Heap for each byte of a file, at least. */
    private static final int HEAP_PER_BYTE = 4;

    /** How they are called where there is not enough of it. */
    static final String PATTERNS = "the lists of patterns";

    /** What it means that there is no such file. */
    private enum Presence {
        /** An error. */
        REQUIRED,
        /** {@code opt@}: it is empty. */
        OPTIONAL,
        /** {@code virt@}: there never is one; operators and rules fill it. */
        NEVER
    }

    /** A line that counts, numbered from 1. */
    record Line(int number, String key, String value) {}

    /** @throws SampleError if it can be no file's name */
    static PatternFile of(String written) {
        try {
            if (written.startsWith("virt@")) {
                return new PatternFile(written, Path.of(""), Presence.NEVER);
            }
            if (written.startsWith("opt@")) {
                return new PatternFile(written, Path.of(written.substring(4)), Presence.OPTIONAL);
            }
            String name = plainName(written);
            return new PatternFile(name, Path.of(name), Presence.REQUIRED);
        } catch (InvalidPathException e) {
            throw unopened(written);
        }
    }

    /** {@code file@x} is {@code x}. */
    static String plainName(String written) {
        return written.startsWith("file@") ? written.substring(5) : written;
    }

    private static SampleError unopened(String name) {
        return new SampleError("failed to open pattern file <" + name + ">");
    }

    /**
     * Reads it.
     *
     * @param withValues whether a line is a pattern and its value, or a pattern
     * @throws SampleError in HAProxy's words if it cannot be read
     */
    List<Line> read(boolean withValues) {
        if (presence == Presence.NEVER || (presence == Presence.OPTIONAL && !Files.exists(path))) {
            return List.of();
        }
        if (name.isEmpty()) {
            throw unopened(name);
        }
        if (Files.isDirectory(path)) {
            throw new SampleError("error encountered while reading  <" + name + "> : Is a directory");
        }
        byte[] bytes;
        try {
            HeapRoom.require(Files.size(path) * HEAP_PER_BYTE, "the patterns of " + name);
            bytes = Files.readAllBytes(path);
        } catch (FileSystemException e) {
            throw unopened(name);
        } catch (IOException e) {
            throw new SampleError("error encountered while reading  <" + name + "> : " + e.getMessage());
        }
        return lines(bytes, withValues);
    }

    private static List<Line> lines(byte[] bytes, boolean withValues) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (int at = 0; at < bytes.length; ) {
            number++;
            if (number % HeapRoom.LINES == 0) {
                HeapRoom.check(PATTERNS);
            }
            int end = at;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            int last = end > at && bytes[end - 1] == '\r' ? end - 1 : end;
            int first = skipBlanks(bytes, at, last);
            if (first < last && bytes[at] != '#') {
                lines.add(
                        withValues
                                ? pair(number, bytes, first, last)
                                : new Line(number, Text.string(bytes, first, last), ""));
            }
            at = end + 1;
        }
        return lines;
    }

    private static Line pair(int number, byte[] bytes, int start, int end) {
        int keyEnd = start;
        while (keyEnd < end && !isBlank(bytes[keyEnd])) {
            keyEnd++;
        }
        int value = skipBlanks(bytes, keyEnd, end);
        int valueEnd = end;
        while (valueEnd > value && isBlank(bytes[valueEnd - 1])) {
            valueEnd--;
        }
        return new Line(number, Text.string(bytes, start, keyEnd), Text.string(bytes, value, valueEnd));
    }

    private static int skipBlanks(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && isBlank(bytes[at])) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}

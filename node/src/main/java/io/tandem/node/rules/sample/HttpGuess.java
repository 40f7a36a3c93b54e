// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** Whether the first bytes of a connection in TCP mode are an HTTP request, as far as its first line tells. */
final class HttpGuess {
    /** A first line longer than this is taken for no request. */
    private static final int LONGEST = 8_192;

    private static final byte[] VERSION = Text.bytes(" HTTP/");

    enum Result {
        YES,
        NO,
        /** More bytes may tell. */
        INCOMPLETE
    }

    private HttpGuess() {}

    static Result of(byte[] bytes, int from, int to) {
        int start = from;
        while (start < to && (bytes[start] == '\r' || bytes[start] == '\n')) {
            start++;
        }
        int at = start;
        while (at < to && isToken(bytes[at])) {
            at++;
        }
        if (at == to) {
            return at - start > 64 ? Result.NO : Result.INCOMPLETE;
        }
        if (at == start || bytes[at] != ' ') {
            return Result.NO;
        }
        int end = at;
        while (end < to && bytes[end] != '\n') {
            end++;
        }
        if (end == to) {
            return to - start > LONGEST ? Result.NO : Result.INCOMPLETE;
        }
        int last = end > at && bytes[end - 1] == '\r' ? end - 1 : end;
        int version = last - 3 - VERSION.length; // " HTTP/" and "1.1"
        if (version <= at) {
            return Result.NO;
        }
        for (int i = 0; i < VERSION.length; i++) {
            if (bytes[version + i] != VERSION[i]) {
                return Result.NO;
            }
        }
        return Result.YES;
    }

    private static boolean isToken(byte letter) {
        return letter > ' ' && letter < 127 && "()<>@,;:\\\"/[]?={}".indexOf(letter) < 0;
    }
}

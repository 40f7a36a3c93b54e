// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arguments of one fetch or converter, typed. Lives while an expression is compiled. */
public final class Args {
    private final List<String> words;
    private final List<@Nullable Object> values;
    private final Site site;

    Args(List<String> words, List<@Nullable Object> values, Site site) {
        this.words = words;
        this.values = values;
        this.site = site;
    }

    public Site site() {
        return site;
    }

    public boolean has(int index) {
        return index < words.size() && !words.get(index).isEmpty();
    }

    /** How many are written, empty ones included. */
    public int count() {
        return words.size();
    }

    /** Those from {@code index} on, as written. */
    public List<String> from(int index) {
        return index < words.size() ? words.subList(index, words.size()) : List.of();
    }

    /** The argument as written, empty where it is left out. */
    public String string(int index) {
        return index < words.size() ? words.get(index) : "";
    }

    public byte[] bytes(int index) {
        return Text.bytes(string(index));
    }

    /** An INTEGER, IPV4 or MASK4 argument. */
    public long number(int index, long otherwise) {
        return index < values.size() && values.get(index) instanceof Long number ? number : otherwise;
    }

    /** As {@link #number}, at most what an int holds. */
    public int integer(int index, int otherwise) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number(index, otherwise)));
    }

    /** An IPV6 or MASK6 argument. */
    public byte[] address(int index, byte[] otherwise) {
        return index < values.size() && values.get(index) instanceof byte[] address ? address : otherwise;
    }

    /** A FIELD_NUMBER argument. */
    long[] fieldNumber(int index) {
        return index < values.size() && values.get(index) instanceof long[] numbers ? numbers : new long[1];
    }

    /** A BACKEND argument; the proxy itself where it is left out. */
    public BackendReference backend(int index) {
        return BackendReference.of(has(index) ? string(index) : site.proxy().name(), site, index + 1);
    }

    /** A FRONTEND argument; the proxy itself where it is left out. */
    public FrontendReference frontend(int index) {
        return FrontendReference.of(has(index) ? string(index) : site.proxy().name(), site, index + 1);
    }

    /** A SERVER argument, {@code [backend/]server}. */
    public ServerReference server(int index) {
        return ServerReference.of(string(index), site, index + 1);
    }

    /** A TABLE argument; the table of the proxy itself where it is left out. */
    public TableReference table(int index) {
        return TableReference.of(has(index) ? string(index) : site.proxy().name(), site, index + 1);
    }

    /** A USERLIST argument. */
    public Userlist userlist(int index) {
        return Userlist.find(string(index), site, index + 1);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;

/** The sizes that the data plane lives by, from the {@code global} section. */
public final class Tuning implements Facet {
    public static final FacetKey<Tuning> KEY = new FacetKey<>(Tuning.class, Tuning::new);

    int bufferSize = 16_384;
    int maxRewrite = 1_024;
    int maxFields = 101;
    int logUriLength = 1_023;
    int cookieLength = 63;
    boolean anyMethodMayHaveBody;
    private final KernelBuffers ofClients = new KernelBuffers();
    private final KernelBuffers ofServers = new KernelBuffers();
    private final KernelBuffers ofDatagrams = new KernelBuffers();

    private Tuning() {}

    /** The values HAProxy starts from. */
    public static Tuning defaults() {
        return new Tuning();
    }

    /** What a configuration says. */
    public static Tuning of(Drafts drafts) {
        return of(drafts.global());
    }

    static Tuning of(Draft global) {
        return global.facet(KEY);
    }

    /** {@code tune.bufsize}: what is kept of a message per direction, bytes. */
    public int bufferSize() {
        return bufferSize;
    }

    /** {@code tune.maxrewrite}: how much of it is for edits. */
    public int maxRewrite() {
        return Math.min(maxRewrite, bufferSize / 2);
    }

    /** {@code tune.http.maxhdr}. */
    public int maxFields() {
        return maxFields;
    }

    /** {@code tune.http.logurilen}: how many bytes of a request line logs show. */
    public int logUriLength() {
        return logUriLength;
    }

    /** {@code tune.http.cookielen}: the longest captured cookie, bytes. */
    public int cookieLength() {
        return cookieLength;
    }

    /** {@code h1-accept-payload-with-any-method}: HTTP/1.0 has bodies where others would not look for them. */
    public boolean anyMethodMayHaveBody() {
        return anyMethodMayHaveBody;
    }

    /** What the kernel keeps for clients' connections. */
    public KernelBuffers ofClients() {
        return ofClients;
    }

    /** What the kernel keeps for connections to servers. */
    public KernelBuffers ofServers() {
        return ofServers;
    }

    /** What the kernel keeps for sockets that receive datagrams of anybody ({@code dgram-bind}). */
    public KernelBuffers ofDatagrams() {
        return ofDatagrams;
    }

    /** Not inherited: there is one process. */
    @Override
    public Facet inherit() {
        return this;
    }
}

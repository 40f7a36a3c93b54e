// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.h1.Malformed;
import io.tandem.node.observe.BadMessages;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;

/**
 * What becomes of an exchange whose client goes away, is silent, takes nothing, or sends what cannot be read. Made for the
 * exchanges that need it. All calls come on the exchange's loop.
 */
public final class ClientFailures {
    private final Exchange exchange;

    ClientFailures(Exchange exchange) {
        this.exchange = exchange;
    }

    /** The client has sent its last byte. */
    public void onHalfClosed() {
        Phase phase = exchange.phase();
        if (phase == Phase.TUNNEL) {
            exchange.tunnel().clientEnds();
        } else if (phase == Phase.WAITING && exchange.client.isRequestComplete() && isAbandoned(phase)) {
            exchange.ledger.countBoth(exchange.facts.server, ProxyCounter.CLIENT_ABORTS);
            exchange.server.close();
            // it may still be listening, as HAProxy sees it
            exchange.fail(400, Termination.CLIENT, Termination.IN_HEADERS);
        } else if (phase == Phase.BUFFERING || isAbandoned(phase)) {
            onClosed(false);
            exchange.client.abort();
        }
    }

    /**
     * Whether a client that sends no more is taken to have gone: in the middle of its request, or while it waits and {@code
     * option abortonclose} says so.
     */
    private boolean isAbandoned(Phase phase) {
        Backend backend = exchange.facts.backend;
        boolean waits = phase == Phase.SEARCHING || phase == Phase.WAITING;
        return (phase.needsWholeRequest() && !exchange.client.isRequestComplete())
                || (waits && backend != null && backend.http().has(HttpOption.ABORT_ON_CLOSE));
    }

    /**
     * The client's connection, or stream, has ended.
     *
     * @param reset whether by a reset
     */
    public void onClosed(boolean reset) {
        switch (exchange.phase()) {
            case IDLE -> {
                return;
            }
            case REQUEST -> {
                onBadRequest(400, Termination.CLIENT);
                return;
            }
            case BUFFERING, AWAITING -> onClosedBuffering();
            case TARPIT -> {
                exchange.tarpit().release(); // logged as what it was to be answered
                return;
            }
            case SEARCHING -> aborted(exchange.search.isQueued() ? Termination.IN_QUEUE : Termination.IN_CONNECT);
            case WAITING ->
                // a reset is found by reading, and HAProxy takes what is read for data
                aborted(exchange.sender.hasEnded() && !reset ? Termination.IN_HEADERS : Termination.IN_DATA);
            case RESPONDING, FINISHING -> {
                exchange.relay.countBody();
                aborted(Termination.IN_DATA);
            }
            case TUNNEL -> {
                if (reset) {
                    exchange.facts.terminated(Termination.CLIENT, Termination.IN_DATA);
                }
            }
        }
        exchange.server.close();
        exchange.end();
    }

    /** The client has taken its whole request back before anybody looked at it: no server hears of it. */
    public void onTakenBack() {
        exchange.facts.requestHeadNs = exchange.loop.nowNs();
        exchange.facts.bytesIn = exchange.facts.request.countedSize();
        exchange.ledger.requestBegins();
        exchange.become(Phase.BUFFERING);
        onClosed(true);
    }

    /** Logged as HAProxy does it: with the backend that would have got the request. */
    private void onClosedBuffering() {
        if (exchange.facts.backend == null) {
            exchange.facts.backend = exchange.facts.frontend.backendChoice().choose(exchange.facts);
            exchange.ledger.backendBegins();
        }
        aborted(Termination.IN_REQUEST);
    }

    private void aborted(char when) {
        if (exchange.facts.status == 0) {
            exchange.facts.status = -1;
        }
        exchange.ledger.countBoth(exchange.facts.server, ProxyCounter.CLIENT_ABORTS);
        exchange.facts.terminated(Termination.CLIENT, when);
    }

    /** The client has been silent, or has taken nothing, for too long while its request or response was under way. */
    public void onTimeout() {
        Phase phase = exchange.phase();
        switch (phase) {
            case BUFFERING -> {
                exchange.facts.requestHeadNs = 0;
                exchange.fail(408, Termination.CLIENT_TIMEOUT, Termination.IN_REQUEST);
            }
            case WAITING, SEARCHING -> {
                exchange.search.clear();
                exchange.server.close();
                char when = phase == Phase.WAITING ? Termination.IN_HEADERS : Termination.IN_DATA;
                exchange.fail(408, Termination.CLIENT_TIMEOUT, when);
            }
            case RESPONDING, FINISHING, TUNNEL -> onTimeoutAnswering(phase);
            case IDLE, REQUEST, AWAITING, TARPIT -> {}
        }
    }

    private void onTimeoutAnswering(Phase phase) {
        exchange.ledger.countBoth(exchange.facts.server, ProxyCounter.CLIENT_ABORTS);
        if (phase != Phase.TUNNEL) {
            exchange.relay.countBody();
        }
        exchange.server.close();
        exchange.facts.terminated(Termination.CLIENT_TIMEOUT, Termination.IN_DATA);
        exchange.end();
        if (phase == Phase.FINISHING) { // it has been answered
            exchange.client.finished(false);
        } else {
            exchange.client.abort();
        }
    }

    /** Keeps a request that cannot be read, for {@code show errors}: what was received before, and {@code in}. */
    public void keep(byte[] head, int had, ByteBuf in, int position, Malformed reason) {
        int limit = exchange.tuning.bufferSize();
        BadBytes.keep(exchange.facts, BadMessages.Kind.REQUEST, head, had, in, limit, position, reason);
    }

    /** The request cannot be read, or did not come in time: the page of {@code status} goes out as it is. */
    public void onBadRequest(int status, char who) {
        exchange.facts.sentJunk = true;
        answerAtOnce(status, who);
    }

    /** The same of a client that has not sent a byte. */
    public void onSilence(int status, char who) {
        answerAtOnce(status, who);
    }

    private void answerAtOnce(int status, char who) {
        exchange.facts.status = status;
        countBadRequest(who);
        byte[] page = ErrorPages.raw(exchange.facts, status);
        exchange.end();
        if (page.length > 0) {
            exchange.client.raw(page, 0, page.length);
        }
        exchange.client.finished(false);
    }

    /** The request cannot be read, and its protocol has no answer to that: it is counted and logged. */
    public void onUnreadable() {
        exchange.facts.sentJunk = true;
        exchange.facts.status = Facts.UNREADABLE;
        countBadRequest(Termination.PROXY);
        exchange.end();
    }

    private void countBadRequest(char who) {
        exchange.facts.request.clear();
        exchange.ledger.badRequest();
        exchange.facts.terminated(who, Termination.IN_REQUEST);
    }

    /** The request's body cannot be read; its head, and perhaps more, has gone to the server. */
    public void onBadBody() {
        exchange.server.close();
        exchange.search.clear();
        exchange.facts.countInFront(ProxyCounter.REQUEST_ERRORS);
        Phase phase = exchange.phase();
        if (phase == Phase.RESPONDING || phase == Phase.FINISHING) {
            exchange.relay.breakOff(Termination.PROXY);
        } else if (phase == Phase.BUFFERING) {
            exchange.facts.requestHeadNs = 0; // as HAProxy logs it: it has never been whole
            exchange.fail(400, Termination.PROXY, Termination.IN_REQUEST);
        } else {
            char when = phase == Phase.WAITING ? Termination.IN_HEADERS : Termination.IN_DATA;
            exchange.fail(400, Termination.PROXY, when);
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Observer;
import io.tandem.node.backend.RetryOn;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an exchange whose server closes, is silent, or sends what cannot be read: the request goes out again as
 * {@code retry-on} says, or the client gets an error, or the end of its connection. Made for the exchanges that need it.
 */
final class ServerFailures {
    private final Exchange exchange;

    ServerFailures(Exchange exchange) {
        this.exchange = exchange;
    }

    // ---- the request goes out again (retry-on)

    private boolean sendsAgain(RetryOn.Failure failure) {
        return exchange.backend().retryOn().covers(failure) && sendsAgain();
    }

    /** Sends the request to a server once more, if it is all here and the retries are not used up. */
    boolean sendsAgain() {
        if (!exchange.sender.canRepeat() || !exchange.search.mayRepeat()) {
            return false;
        }
        sendAgain();
        return true;
    }

    private void sendAgain() {
        exchange.server.close();
        exchange.become(Phase.SEARCHING);
        exchange.sender.repeat();
        exchange.search.repeat();
    }

    /** The stream has ended before the server looked at the request: any request that is all here may go out again. */
    void onRefused() {
        boolean whole = exchange.sender.canRepeat() || !exchange.facts.request.hasBody();
        if (exchange.phase() == Phase.WAITING && whole && exchange.search.mayRepeat()) {
            sendAgain();
        } else {
            onClosed(false);
        }
    }

    // ---- it does not

    /** The session ends because of the server, whatever it sent; {@code who} is for the log. */
    void onKilled(char who) {
        exchange.facts.killedBy = who;
        onClosed(false);
    }

    /** An operator ends the session, whatever it is doing. */
    void kill(char who) {
        exchange.facts.killedBy = who;
        switch (exchange.phase()) {
            case IDLE, REQUEST -> {}
            case BUFFERING, AWAITING, TARPIT -> {
                exchange.facts.terminated(who, Termination.NORMAL);
                exchange.endWithout(false);
            }
            case SEARCHING -> {
                char when = exchange.search.isQueued() ? Termination.IN_QUEUE : Termination.IN_CONNECT;
                exchange.search.clear();
                exchange.fail(503, who, when);
            }
            case WAITING, RESPONDING, TUNNEL -> {
                exchange.server.close();
                onClosed(false);
            }
            case FINISHING -> exchange.relay.breakOff(who);
        }
    }

    /** @param orderly whether that was the end of the response, or of a tunnel */
    void onClosed(boolean orderly) {
        ServerStream ended = exchange.server.leave();
        switch (exchange.phase()) {
            case TUNNEL -> {
                if (!orderly) {
                    exchange.facts.terminated(Termination.SERVER, Termination.IN_DATA);
                }
                exchange.tunnel().end();
            }
            case RESPONDING -> {
                if (orderly) {
                    exchange.relay.endWithServer();
                } else {
                    exchange.ledger.countBoth(exchange.facts.server, ProxyCounter.SERVER_ABORTS);
                    exchange.relay.breakOff(Termination.SERVER);
                }
            }
            case WAITING -> onGone(ended != null && ended.isReused());
            case FINISHING -> onGoneAnswered();
            case IDLE, REQUEST, BUFFERING, AWAITING, TARPIT, SEARCHING -> {}
        }
    }

    /** The rest of the request is read and thrown away. */
    private void onGoneAnswered() {
        exchange.sender.pace.clear();
        if (exchange.sender.hasEnded()) {
            exchange.relay.finish();
        } else {
            exchange.client.reading(true);
        }
    }

    /** The server has closed before its response's head was whole. */
    private void onGone(boolean reused) {
        Server failed = exchange.facts.server;
        boolean killed = exchange.facts.killedBy != Termination.NORMAL;
        if (!killed && sendsAgain(RetryOn.Failure.EMPTY_RESPONSE)) { // a part of a head counts as empty in HAProxy
            return;
        }
        countResponseError(failed, killed ? null : Observer.Fault.CLOSE);
        if (killed && !exchange.client.isRequestComplete()) {
            // as HAProxy: a request that is still on its way gets no answer, and nothing is said of what it was doing
            exchange.facts.terminated(exchange.facts.killedBy, Termination.NORMAL);
            exchange.endWithout(false);
        } else if (!killed && reused && exchange.facts.requestsOnConnection > 1) {
            // the client sent it on a connection that had answered before: it will send it again by itself
            exchange.ledger.silently();
            exchange.endWithout(false);
        } else {
            exchange.fail(502, Termination.SERVER, Termination.IN_HEADERS);
        }
    }

    /** @param error what it says about the server's health, or null for nothing */
    private void countResponseError(@Nullable Server failed, Observer.@Nullable Fault error) {
        if (failed != null) {
            exchange.ledger.serverErred(failed, error);
        }
    }

    /** The response cannot be read. */
    void onMalformed() {
        Server broken = exchange.facts.server;
        Phase phase = exchange.phase();
        if (phase == Phase.WAITING && sendsAgain(RetryOn.Failure.JUNK_RESPONSE)) {
            return;
        }
        exchange.server.close();
        countResponseError(broken, Observer.Fault.HEAD);
        if (phase == Phase.RESPONDING && !exchange.client.takeBack()) {
            exchange.relay.breakOff(Termination.SERVER);
        } else {
            exchange.facts.responding = false;
            exchange.facts.bytesOut = 0;
            exchange.fail(502, Termination.PROXY, Termination.IN_HEADERS);
        }
    }

    /** The server has been silent for too long. */
    void onTimeout() {
        Server slow = exchange.facts.server;
        switch (exchange.phase()) {
            case WAITING -> {
                if (sendsAgain(RetryOn.Failure.RESPONSE_TIMEOUT)) {
                    return;
                }
                countResponseError(slow, Observer.Fault.TIMEOUT);
                exchange.server.close();
                exchange.fail(504, Termination.SERVER_TIMEOUT, Termination.IN_HEADERS);
            }
            case RESPONDING -> {
                exchange.ledger.countBoth(slow, ProxyCounter.SERVER_ABORTS);
                exchange.server.close();
                exchange.relay.breakOff(Termination.SERVER_TIMEOUT);
            }
            case FINISHING -> { // it has answered, and takes nothing of the rest of the request
                exchange.server.close();
                exchange.relay.breakOff(Termination.SERVER_TIMEOUT);
            }
            case TUNNEL -> {
                exchange.server.close();
                exchange.facts.terminated(exchange.tunnel().whoIsLate(), Termination.IN_DATA);
                exchange.tunnel().end();
            }
            case IDLE, REQUEST, BUFFERING, AWAITING, TARPIT, SEARCHING -> {}
        }
    }
}

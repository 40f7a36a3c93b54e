// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.backend.pool.ServerUser;
import io.tandem.node.exchange.Ledger;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * A TCP session once both sides are there: bytes pass unchanged, a side that cannot write stops the other's reads, and a side
 * that ends, or is silent for too long, ends while the other goes on. Runs on the connection's loop.
 */
final class TcpFlow implements ServerUser, FlowLimits.Ends {
    private final Facts facts;
    private final Ledger ledger;
    private final Inactivity inactivity;
    private final Backend backend;
    private final ClientPipe client;
    private final Ending ending;
    private @Nullable ServerConnection server;
    /** Holds the server's first bytes while rules judge them. */
    private @Nullable Inspection response;

    private final FlowLimits limits;
    /** Whether the server is told of the client's end once limits hold nothing back any more. */
    private boolean tellDue;
    /** Whether the flow is finished once limits hold nothing back any more. */
    private boolean finishDue;

    private boolean clientEnded;
    private boolean serverEnded;
    /** Both sides have ended; the last bytes go to the client. */
    private boolean last;

    private boolean over;

    /** Ends the session, which ends the flow. */
    interface Ending {
        void end(char who, char when);
    }

    TcpFlow(
            Facts facts,
            Ledger ledger,
            Inactivity inactivity,
            Backend backend,
            ClientPipe client,
            ServerConnection server,
            int room,
            Ending ending) {
        this.facts = facts;
        this.ledger = ledger;
        this.inactivity = inactivity;
        this.backend = backend;
        this.client = client;
        this.server = server;
        this.ending = ending;
        limits = new FlowLimits(facts, room, this);
    }

    /**
     * The server hears the client from now on.
     *
     * @param early what the client has said already, given away; null for nothing
     * @param ended whether the client has said its last byte
     * @param limit the most bytes that rules may hold back
     */
    void begin(@Nullable ByteBuf early, boolean ended, int limit, ServerConnection connection) {
        connection.use(this);
        connection.becomeTunnel();
        if (!backend.responseContentRules().isEmpty()) {
            Inspection inspection = new Inspection(facts, limit, this::judgeResponse);
            response = inspection;
            inspection.begin(backend.responseInspectDelayMs());
        }
        int tunnel = backend.timeouts().tunnel();
        inactivity.connected(
                tunnel > 0 ? tunnel : facts.frontend.timeouts().client(),
                tunnel > 0 ? tunnel : backend.timeouts().server());
        limits.begin();
        if (early != null) {
            limits.toServer(early);
            connection.flush();
        }
        clientEnded = ended;
        if (ended) {
            tellServer(connection);
        }
        reading(connection.isWritable() && limits.hasRoomUp());
    }

    // ---- from the server to the client

    @Override
    public void onServerBytes(ByteBuf in) {
        facts.bytesOut += in.readableBytes();
        inactivity.serverActive();
        Inspection inspection = response;
        if (inspection != null) {
            inspection.hold(in);
            judgeResponse();
        } else {
            toClient(in.retain());
        }
    }

    /** Asks {@code tcp-response content} with the bytes there are. */
    private void judgeResponse() {
        Inspection inspection = response;
        if (inspection == null) {
            return;
        }
        switch (inspection.judge(backend.responseContentRules())) {
            case WAIT -> {}
            case CLOSE, REPLY -> {
                if (facts.closesServer) {
                    releaseResponse(inspection);
                    serverEnded = true;
                    clientEnded = true;
                    finish();
                } else {
                    facts.terminationWho = Termination.PROXY;
                    facts.terminationWhen = Termination.IN_DATA;
                    ending.end(Termination.PROXY, Termination.IN_DATA);
                }
            }
            case CONTINUE, ACCEPT -> {
                releaseResponse(inspection);
                onServerReadComplete();
            }
        }
    }

    private void releaseResponse(Inspection inspection) {
        response = null;
        limits.begin();
        toClient(inspection.take());
        inspection.dispose();
    }

    private void toClient(ByteBuf out) {
        limits.toClient(out);
        if (!over && (!client.isWritable() || !limits.hasRoomDown())) {
            onServerReadComplete(); // room for the next, or the server waits
        }
    }

    @Override
    public boolean clientTakesMore() {
        return client.isWritable();
    }

    @Override
    public void writeToClient(ByteBuf out) {
        if (over) {
            out.release();
            return;
        }
        if (client.hasNothingPending() && !facts.frontend.http().has(HttpOption.INDEPENDENT_STREAMS)) {
            inactivity.clientActive();
        }
        client.write(out);
    }

    @Override
    public void onPassedDown() {
        ServerConnection from = server;
        onServerReadComplete();
        if (finishDue) {
            finish();
        } else if (from != null && !serverEnded && client.isWritable() && limits.hasRoomDown()) {
            from.reading(true);
        }
    }

    @Override
    public void onServerReadComplete() {
        ServerConnection from = server;
        client.flush();
        if (from != null && (!client.isWritable() || !limits.hasRoomDown())) {
            from.reading(false);
        }
    }

    /** The client's socket has room again, or has none. */
    void onClientWritability() {
        ServerConnection present = server;
        inactivity.clientActive();
        if (client.isWritable()) {
            limits.resumeDown();
        }
        if (present != null && !serverEnded && client.isWritable() && limits.hasRoomDown()) {
            present.reading(true);
        }
    }

    @Override
    public void onServerHalfClosed() {
        if (!serverEnded) {
            endResponse();
        }
    }

    private void endResponse() {
        serverEnded = true;
        Inspection inspection = response;
        if (inspection != null) {
            inspection.inputEnded();
            judgeResponse();
        }
        if (!last && !over) {
            finish();
        }
    }

    /** The server has ended: so does our side towards the client, and the session if the client has ended too. */
    private void finish() {
        finishDue = limits.holdDown() || (clientEnded && limits.holdUp());
        if (finishDue) {
            return;
        }
        if (clientEnded) {
            last = true;
            client.afterAll(() -> ending.end(Termination.NORMAL, Termination.NORMAL));
            return;
        }
        int fin = facts.frontend.timeouts().clientFin();
        if (fin > 0) {
            inactivity.limitClient(fin);
        }
        client.endOutput();
    }

    @Override
    public void onServerClosed() {
        server = null;
        if (serverEnded && clientEnded) {
            if (!last) {
                finish();
            }
        } else {
            ledger.countBoth(facts.server, ProxyCounter.SERVER_ABORTS);
            ending.end(Termination.SERVER, Termination.IN_DATA);
        }
    }

    @Override
    public void onServerKilled(char who) {
        server = null;
        ending.end(who, Termination.NORMAL);
    }

    @Override
    public void onServerTimeout() {
        // the session watches both sides by itself
    }

    // ---- from the client to the server

    /** Takes bytes of the client, which are given away. */
    void onClientBytes(ByteBuf in) {
        ServerConnection present = server;
        if (present == null) {
            in.release();
            return;
        }
        limits.toServer(in);
        if (!present.isWritable() || !limits.hasRoomUp()) {
            onClientReadComplete(); // room for the next, or the client waits
        }
    }

    @Override
    public void writeToServer(ByteBuf out) {
        ServerConnection present = server;
        if (present == null) {
            out.release();
            return;
        }
        if (present.isWritable() && !backend.http().has(HttpOption.INDEPENDENT_STREAMS)) {
            inactivity.serverActive();
        }
        present.write(out);
    }

    @Override
    public boolean serverTakesMore() {
        ServerConnection present = server;
        return present != null && present.isWritable();
    }

    @Override
    public void onPassedUp() {
        ServerConnection present = server;
        if (present == null) {
            return;
        }
        present.flush();
        if (tellDue) {
            tellServer(present);
        }
        if (finishDue) {
            finish();
        } else {
            reading(present.isWritable() && limits.hasRoomUp());
        }
    }

    void onClientReadComplete() {
        ServerConnection present = server;
        if (present != null) {
            present.flush();
            if (!present.isWritable() || !limits.hasRoomUp()) {
                reading(false);
            }
        }
    }

    @Override
    public void onServerWritabilityChanged(boolean writable) {
        inactivity.serverActive();
        inactivity.clientActive();
        if (writable) {
            limits.resumeUp();
            reading(limits.hasRoomUp());
        }
    }

    void onClientEnded() {
        ServerConnection present = server;
        boolean first = !clientEnded;
        clientEnded = true;
        if (!first || last) {
            return;
        }
        if (serverEnded) {
            finish();
        } else if (present != null) {
            tellServer(present);
        }
    }

    /** The client has ended: so does our side towards the server. */
    private void tellServer(ServerConnection present) {
        tellDue = limits.holdUp();
        if (tellDue) {
            return;
        }
        if (backend.http().has(HttpOption.NO_LINGER)) {
            ending.end(
                    Termination.NORMAL, Termination.NORMAL); // its answer is of no interest any more, as with HAProxy
            return;
        }
        present.shutdownOutput();
        int fin = backend.timeouts().serverFin();
        if (fin > 0) {
            inactivity.limitServer(fin);
        }
    }

    /** The client's connection is gone. */
    void onClientGone() {
        ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
        ending.end(Termination.CLIENT, last ? Termination.IN_LAST : Termination.IN_DATA);
    }

    private void reading(boolean on) {
        if (!clientEnded) { // an input that has ended has nothing left to read, and its registration may be gone
            client.reading(on);
        }
    }

    // ---- time

    void onClientSilent() {
        ServerConnection to = server;
        boolean limited = limits.holdUp() || limits.holdDown(); // it waits for our limits, and not we for it
        if (!client.hasNothingPending()) {
            ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
            facts.terminated(Termination.CLIENT_TIMEOUT, last ? Termination.IN_LAST : Termination.IN_DATA);
            ending.end(Termination.CLIENT_TIMEOUT, Termination.IN_DATA);
            client.close(); // what is pending will never leave
        } else if (!limited && !clientEnded && (to == null || to.isWritable())) {
            ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
            facts.terminated(Termination.CLIENT_TIMEOUT, Termination.IN_DATA);
            reading(false);
            onClientEnded();
        }
    }

    void onServerSilent() {
        ServerConnection present = server;
        if (present == null || last) {
            return;
        }
        if (!present.isWritable()) {
            ledger.countBoth(facts.server, ProxyCounter.SERVER_ABORTS);
            ending.end(Termination.SERVER_TIMEOUT, Termination.IN_DATA);
        } else if (!serverEnded && client.isWritable() && !limits.holdUp() && !limits.holdDown()) {
            ledger.countBoth(facts.server, ProxyCounter.SERVER_ABORTS);
            facts.terminated(Termination.SERVER_TIMEOUT, Termination.IN_DATA);
            present.reading(false);
            endResponse();
        }
    }

    /** The session is over: the server's connection ends, when all is written where the end is a good one. */
    void close(boolean well) {
        over = true;
        limits.close();
        Inspection inspection = response;
        if (inspection != null) {
            response = null;
            inspection.dispose();
        }
        ServerConnection present = server;
        server = null;
        if (present != null) {
            if (well) {
                present.closeWhenWritten();
            } else {
                present.close();
            }
        }
    }
}

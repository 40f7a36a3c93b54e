// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.LiveSession;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The HTTP/2 of a client's connection: opens a stream for each request and closes it when both sides have ended. */
final class ClientEndpoint extends Endpoint {
    /** What a connection asks of whoever owns its socket. */
    interface Owner {
        /** The first stream has begun, or the last one has ended. */
        void onBusy(boolean busy);

        /** The client has answered a PING. */
        void onPong();

        /** The connection is cut without a word to the client. */
        void vanish();
    }

    /** Streams kept for reuse while the connection is idle. */
    private static final int KEPT_IDLE = 1;

    /** So much of the loop's time requests get that came together; it is looked at after every eighth. */
    private static final long SHARE_NS = 500_000;

    private static final int LOOKS = 8;
    private static final int NEXT_TURN_NS = 1;

    private static final LoopLocal<RequestFields[]> FIELDS = new LoopLocal<>(loop -> new RequestFields[1]);

    private final Tuning tuning;
    private final Facts facts;
    private final Owner owner;
    private final RequestFields fields;
    private final TrailerFields trailerFields;
    private final Trailers unwanted = new Trailers();
    private final ArrayDeque<ClientStream> free = new ArrayDeque<>();

    /** The streams that got a part of their request with this event. */
    private final ArrayList<ClientStream> touched = new ArrayList<>();
    /** Whether some of them wait for the loop's next turn. */
    private boolean goesOn;

    private int lastStream;
    private int totalStreams;
    /** How many glitches stick tables know of. */
    private int counted;

    private boolean draining;
    private boolean leaving;
    /** Whether the client has just broken the connection, and no line says so yet. */
    private boolean failed;

    ClientEndpoint(Facts facts, Tuning tuning, EndpointSettings settings, Owner owner) {
        super(facts.loop, settings);
        this.facts = facts;
        this.tuning = tuning;
        this.owner = owner;
        fields = fields(facts, tuning);
        trailerFields = new TrailerFields(tuning.bufferSize() - tuning.maxRewrite());
        facts.glitches = this::glitches;
    }

    private static RequestFields fields(Facts facts, Tuning tuning) {
        RequestFields[] slot = FIELDS.of(facts.loop);
        RequestFields present = slot[0];
        if (present == null || !present.fits(tuning)) {
            present = new RequestFields(tuning.bufferSize(), tuning.maxFields());
            slot[0] = present;
        }
        return present;
    }

    Tuning tuning() {
        return tuning;
    }

    void begin(Transport transport) {
        start(transport, true);
    }

    @Override
    protected void take(ByteBuf in) {
        receive(in);
        taken();
    }

    /** The request that offered HTTP/2 is its first one, and has no body. */
    void begin(UpgradeOffer offer) {
        if (announced(offer.settings())) {
            onHeaders(1, offer.block(), 0, offer.block().length, true);
        }
        taken();
    }

    /** All of an event has been read. */
    private void taken() {
        if (failed) {
            logFailure();
        }
        goOn();
        holdIfFull();
        if (glitches() > counted) {
            facts.tracking.countGlitches((long) glitches() - counted, loop.monotonicMs());
            counted = glitches();
        }
    }

    @Override
    protected void onPong() {
        owner.onPong();
    }

    /** Streams go on with what they got, for a share of the loop's time; those behind them in its next turn. */
    private void goOn() {
        int done = 0;
        boolean time = true;
        while (time && done < touched.size()) {
            touched.get(done++).onReadComplete();
            time = done % LOOKS != 0 || System.nanoTime() - loop.nowNs() < SHARE_NS;
        }
        if (done >= touched.size()) {
            touched.clear();
            return;
        }
        touched.subList(0, done).clear();
        if (!goesOn) {
            goesOn = true;
            loop.eventLoop().schedule(this::goOnLater, NEXT_TURN_NS, TimeUnit.NANOSECONDS);
        }
    }

    private void goOnLater() {
        goesOn = false;
        loop.tick();
        goOn();
    }

    /** That stream wants to hear when all of this event has been read. */
    void flushLater(ClientStream stream) {
        touched.add(stream);
    }

    void onWritable(boolean writable) {
        onTransportWritable(writable);
    }

    // ---- requests

    @Override
    protected void onHeaders(int id, byte[] block, int from, int to, boolean endStream) {
        StreamBase known = stream(id);
        if (known instanceof ClientStream stream) {
            trailers(stream, block, from, to, endStream);
            return;
        }
        if (id % 2 == 0) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        if (id <= lastStream) {
            if (skip(block, from, to)) {
                if (wasReset(id)) {
                    toleratesStrayBlock(); // trailers of a stream that was reset may still come
                } else {
                    fail(Frames.STREAM_CLOSED);
                }
            }
            return;
        }
        if (draining) {
            if (skip(block, from, to)) { // section 6.8: streams above the last one are not looked at
                nuisance();
            }
            return;
        }
        if (openStreams() >= settings().maxStreams()) {
            if (skip(block, from, to) && nuisance()) {
                lastStream = id;
                writeReset(id, Frames.REFUSED_STREAM);
            }
            return;
        }
        request(id, block, from, to, endStream);
    }

    private boolean skip(byte[] block, int from, int to) {
        trailerFields.begin(unwanted);
        boolean decoded = decode(block, from, to, trailerFields);
        unwanted.clear();
        return decoded && glitch();
    }

    private void request(int id, byte[] block, int from, int to, boolean endStream) {
        ClientStream stream = free.pollLast();
        if (stream == null) {
            stream = new ClientStream(this, facts);
        }
        HeadBuffer buffer = stream.beginHead(facts);
        facts.requestsOnConnection++;
        fields.begin(stream.facts.request, buffer, tuning.maxRewrite(), endStream);
        if (!decode(block, from, to, fields)) {
            failed = false;
            stream.refuse(); // and the connection has ended
            stream.closed();
            return;
        }
        lastStream = id;
        if (openStreams() == 0) {
            owner.onBusy(true);
        }
        add(stream, id);
        totalStreams++;
        switch (fields.finish()) {
            case GOOD -> {
                stream.onHead(endStream);
                if (settings().maxTotalStreams() > 0
                        && totalStreams >= settings().maxTotalStreams()) {
                    drain();
                }
            }
            case BAD -> {
                stream.remoteEnded = endStream;
                stream.answerBadRequest(endStream);
            }
            case MALFORMED -> {
                writeReset(id, Frames.PROTOCOL_ERROR);
                remove(stream);
                stream.refuse();
                stream.closed();
                if (fields.isBomb()) {
                    fail(Frames.ENHANCE_YOUR_CALM);
                } else if (glitch()) {
                    nuisance();
                }
            }
        }
    }

    private void trailers(ClientStream stream, byte[] block, int from, int to, boolean endStream) {
        if (stream.remoteEnded) {
            skip(block, from, to);
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        trailerFields.begin(stream.trailers());
        if (!decode(block, from, to, trailerFields)) {
            return;
        }
        if (!endStream) {
            fail(Frames.PROTOCOL_ERROR);
        } else if (trailerFields.isMalformed()) {
            streamError(stream, Frames.PROTOCOL_ERROR);
        } else {
            stream.remoteEnded = true;
            stream.onEnd();
        }
    }

    void sessions(Consumer<LiveSession> each) {
        for (StreamBase stream : streams()) {
            if (stream instanceof ClientStream client) {
                client.session(each);
            }
        }
    }

    // ---- what streams ask for

    void head(ClientStream stream, Response response, boolean tunnel, boolean end) {
        ByteBuf out = beginHeaders(stream, end);
        HpackEncoder.status(out, response.status() == 101 ? 200 : response.status());
        ResponseFieldsWriter.fields(out, response.headers(), tunnel);
        endHeaders(stream, out, end);
    }

    void resetByMistake(ClientStream stream) {
        streamError(stream, Frames.PROTOCOL_ERROR);
    }

    /** The exchange is over; what it has not sent it never will. */
    void finished(ClientStream stream, boolean stopping) {
        if (stream.id == 0) {
            return;
        }
        if (!stream.isEnding()) {
            reset(stream, Frames.CANCEL);
        } else if (stream.hasLocalEnded()) {
            endIfOver(stream);
        }
        if (stopping) {
            drain();
        }
    }

    @Override
    protected void onLocalEnd(StreamBase stream) {
        if (stream instanceof ClientStream ended) {
            endIfOver(ended);
        }
    }

    /** Closes a stream whose both sides have ended; one whose request nobody wants any more is told so. */
    void endIfOver(ClientStream stream) {
        if (stream.id == 0 || !stream.hasLocalEnded() || stream.isBusy()) {
            return;
        }
        if (!stream.hasRemoteEnded()) {
            writeReset(stream.id, Frames.NO_ERROR); // section 8.1: the response was complete
        }
        relieve();
        remove(stream);
        stream.closed();
    }

    void reset(ClientStream stream, int code) {
        if (stream.id != 0) {
            writeReset(stream.id, code);
            remove(stream);
            stream.closed();
        }
    }

    void vanish() {
        owner.vanish();
    }

    void recycle(ClientStream stream) {
        free.addLast(stream);
        if (openStreams() == 0) {
            owner.onBusy(false);
            if ((draining || leaving) && !isClosing()) {
                end();
            }
        }
    }

    /** The connection has been idle for a while: few streams are kept. */
    void trim() {
        while (free.size() > KEPT_IDLE) {
            ClientStream surplus = free.pollLast();
            if (surplus != null) {
                surplus.dispose();
            }
        }
    }

    void refusePreface() {
        fail(Frames.PROTOCOL_ERROR);
        logFailure();
    }

    // ---- how it ends

    @Override
    protected void onFailed() {
        failed = true;
    }

    /** As HAProxy, a connection that is broken by its client counts and is logged as a request that cannot be read. */
    private void logFailure() {
        failed = false;
        ClientStream stream = new ClientStream(this, facts);
        stream.beginHead(facts);
        stream.refuse();
        stream.dispose();
    }

    @Override
    protected void onGoAway(int last, int code) {
        leaving = true; // it still may send requests; when there are none, nothing is left to wait for
    }

    @Override
    protected boolean isIdle(int stream) {
        return stream % 2 == 0 || stream > lastStream;
    }

    @Override
    protected int lastStream() {
        return lastStream;
    }

    /** No more requests: the present ones end, then the connection. */
    void drain() {
        if (!draining && !isClosing()) {
            draining = true;
            writeGoAway(lastStream, Frames.NO_ERROR);
            if (openStreams() == 0) {
                end();
            }
        }
    }

    boolean hasStreams() {
        return openStreams() > 0;
    }

    boolean isOver() {
        return isClosing();
    }

    /** Ends it for nothing having come: the client is told that nothing is wrong. */
    void expire() {
        draining = true;
        writeGoAway(lastStream, Frames.NO_ERROR);
        end();
    }

    /** The socket is closed. */
    void close() {
        dispose();
        touched.clear();
        for (StreamBase stream : streams()) {
            remove(stream);
            stream.onReset(Frames.CANCEL);
        }
        for (ClientStream stream : free) {
            stream.dispose();
        }
        free.clear();
    }
}

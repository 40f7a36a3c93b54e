// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One end of an HTTP/2 connection (RFC 9113), whichever side it is: its streams, and what the frames of the peer mean for
 * them. {@link FrameReader} takes frames apart, {@link FrameWriter} gathers what is written, {@link FlowControl} keeps the
 * connection's windows.
 *
 * <p>A peer that does not read is not read from; so whatever it asks us to send, memory stays bounded. Not thread-safe.
 */
public abstract class Endpoint implements FrameReader.Sink {
    private static final LoopLocal<byte[]> TEXT = new LoopLocal<>(loop -> new byte[64 * 1024]);

    protected final Loop loop;
    private final EndpointSettings settings;
    private final HpackDecoder decoder;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final FlowControl flow;
    private final HeaderBlock block;
    private final ControlFrames control;
    private final Tolerance tolerance;
    private final HeldInput held = new HeldInput();

    private final IntObjectHashMap<StreamBase> streams = new IntObjectHashMap<>();
    private final GoneStreams gone = new GoneStreams();
    /** Whose DATA is being read; null where nobody wants it. */
    private @Nullable StreamBase dataStream;

    private boolean closing;

    protected Endpoint(Loop loop, EndpointSettings settings) {
        this.loop = loop;
        this.settings = settings;
        decoder = new HpackDecoder(settings.headerTableSize(), settings.maxHeaderList(), TEXT.of(loop));
        reader = new FrameReader(loop, this);
        writer = new FrameWriter(loop);
        flow = new FlowControl(writer);
        block = new HeaderBlock(this, settings.maxHeaderList());
        control = new ControlFrames(this, writer, flow);
        tolerance = new Tolerance(settings.glitchesThreshold(), loop.nowNs());
    }

    /**
     * The connection is there: our settings go out.
     *
     * @param asServer whether the peer is a client
     */
    protected final void start(Transport transport, boolean asServer) {
        writer.start(transport);
        settings.writeTo(out(), asServer);
        flow.start();
    }

    /** What a client has said of itself before its preface (RFC 7540 section 3.2.1); false after a connection error. */
    protected final boolean announced(byte[] settings) {
        return control.settings(settings, settings.length);
    }

    final EndpointSettings settings() {
        return settings;
    }

    /** The peer did what no peer may; the connection ends. */
    protected final void protocolError() {
        fail(Frames.PROTOCOL_ERROR);
    }

    final int peerInitialWindow() {
        return control.peerInitialWindow();
    }

    protected final int peerMaxStreams() {
        return control.peerMaxStreams();
    }

    /** Whether the peer's settings have come. */
    protected final boolean hasPeerBegun() {
        return control.haveBegun();
    }

    protected final boolean peerTakesExtendedConnect() {
        return control.peerTakesExtendedConnect();
    }

    final int connectionSendWindow() {
        return flow.sendWindow();
    }

    /** How often the peer did what a good one does not. */
    public final int glitches() {
        return tolerance.glitches();
    }

    protected final int openStreams() {
        return streams.size();
    }

    protected final Iterable<StreamBase> streams() {
        return Arrays.asList(streams.values().toArray(StreamBase[]::new)); // they may end while being told
    }

    protected final @Nullable StreamBase stream(int id) {
        return streams.get(id);
    }

    protected final void add(StreamBase stream, int id) {
        stream.open(id);
        streams.put(id, stream);
    }

    /** Both sides have ended, or the stream was reset: it is forgotten. */
    protected final void remove(StreamBase stream) {
        if (stream.id != 0) {
            streams.remove(stream.id);
            if (!stream.remoteEnded) {
                gone.add(stream.receiveWindow);
            }
            stream.dropPending();
            if (dataStream == stream) {
                dataStream = null;
            }
            stream.id = 0;
        }
    }

    @Override
    public final boolean isClosing() {
        return closing;
    }

    // ---- reading

    /** Takes what the peer has sent, all of {@code in}; by {@link #receive} and {@link #holdIfFull}. */
    protected abstract void take(ByteBuf in);

    /** Takes all of {@code in}; of a peer that is held, to be looked at later. */
    protected final void receive(ByteBuf in) {
        reader.read(in);
        if (in.isReadable()) {
            held.keep(in);
        }
    }

    /**
     * Behind what was read: a peer that does not take what it makes us send is not read from, within an event already; nor is
     * one that is held.
     */
    protected final void holdIfFull() {
        if (!closing && (held.isHeld() || writer.isFull())) {
            writer.reading(false);
        }
    }

    @Override
    public final boolean isHeld() {
        return held.isHeld();
    }

    /** The peer has waited long enough. */
    final void onTurn() {
        ByteBuf kept = held.end();
        tolerance.rested(loop.nowNs());
        if (kept != null) {
            try {
                take(kept);
            } finally {
                kept.release();
            }
        }
        if (!closing && !held.isHeld()) {
            writer.reading(!writer.isFull());
        }
    }

    @Override
    public final boolean onFrame(int type, int flags, int stream, int length) {
        if (length > settings.maxFrameSize()) {
            return fail(Frames.FRAME_SIZE_ERROR);
        }
        if (!control.haveBegun() && (type != Frames.SETTINGS || (flags & Frames.ACK) != 0)) {
            return fail(Frames.PROTOCOL_ERROR); // section 3.4: it begins with its settings
        }
        if (block.isInterruptedBy(type, stream)) {
            return fail(Frames.PROTOCOL_ERROR);
        }
        return true;
    }

    @Override
    public final void onPayload(int type, int flags, int stream, byte[] bytes, int length) {
        switch (type) {
            case Frames.HEADERS -> block.headers(flags, stream, bytes, length);
            case Frames.CONTINUATION -> block.continuation(flags, bytes, length);
            default -> control.take(type, flags, stream, bytes, length);
        }
    }

    // ---- DATA

    @Override
    public final boolean onDataBegins(int flags, int streamId, int length) {
        if (streamId == 0 || isIdle(streamId)) {
            return fail(Frames.PROTOCOL_ERROR);
        }
        if (!flow.receives(length)) {
            return fail(Frames.FLOW_CONTROL_ERROR);
        }
        StreamBase stream = streams.get(streamId);
        dataStream = stream;
        if (stream == null) {
            if (!wasReset(streamId)) { // then it crossed our RST_STREAM
                glitch();
                if (!nuisance()) {
                    return false;
                }
                writeReset(streamId, Frames.STREAM_CLOSED);
            }
            if (!gone.takesData(length)) {
                return fail(Frames.FLOW_CONTROL_ERROR);
            }
        } else if (stream.remoteEnded) {
            dataStream = null;
            streamError(stream, Frames.STREAM_CLOSED);
        } else if (length > stream.receiveWindow) {
            dataStream = null;
            streamError(stream, Frames.FLOW_CONTROL_ERROR);
        } else {
            stream.receiveWindow -= length;
        }
        if (length == 0 && (flags & Frames.END_STREAM) == 0) {
            nuisance();
        }
        return true;
    }

    @Override
    public final void onPadding(int length) {
        StreamBase padded = dataStream;
        if (padded != null) {
            padded.taken(length);
        }
    }

    @Override
    public final void onData(ByteBuf in, int length, boolean more) {
        StreamBase stream = dataStream;
        if (stream != null && !stream.onData(in, length)) {
            dataStream = null;
        }
        in.skipBytes(length);
        StreamBase still = dataStream;
        if (still != null) {
            still.taken(length);
            if (more) {
                still.onDataFlush();
            }
        }
    }

    @Override
    public final void onDataEnds(int flags) {
        flow.acknowledge();
        StreamBase stream = dataStream;
        dataStream = null;
        if (stream == null) {
            return;
        }
        if ((flags & Frames.END_STREAM) != 0) {
            stream.remoteEnded = true;
            stream.onEnd();
        } else {
            stream.onDataFlush();
        }
    }

    // ---- header blocks

    /** A header block is whole; it must be decoded ({@link #decode}) whatever becomes of its stream. */
    protected abstract void onHeaders(int stream, byte[] block, int from, int to, boolean endStream);

    /** Decodes a block; false after a connection error. */
    protected final boolean decode(byte[] block, int from, int to, HpackDecoder.Sink sink) {
        return decoder.decode(block, from, to, sink) || fail(Frames.COMPRESSION_ERROR);
    }

    /** A header block came for a stream that is gone; false where too many do. */
    protected final boolean toleratesStrayBlock() {
        return gone.takesBlock() || nuisance();
    }

    // ---- what the other frames ask of streams

    /** Its windows change by the difference (section 6.9.2); false if one of them cannot. */
    final boolean widenStreams(int difference) {
        for (StreamBase stream : streams.values()) {
            if (difference > 0 && stream.sendWindow > FlowControl.LARGEST_WINDOW - difference) {
                return fail(Frames.FLOW_CONTROL_ERROR);
            }
            stream.sendWindow += difference;
        }
        if (difference > 0) {
            flow.sendWaiting();
        }
        return true;
    }

    /** The peer's settings are known. */
    protected void onFirstSettings() {}

    /** The peer takes no streams above {@code last}. */
    protected abstract void onGoAway(int last, int code);

    /** Whether the peer may reset that stream; otherwise the connection fails: resets are what floods are made of. */
    protected boolean toleratesReset(StreamBase stream) {
        return nuisance();
    }

    /** Whether no such stream has been opened yet. */
    protected abstract boolean isIdle(int stream);

    // ---- windows

    final void waitForWindow(StreamBase stream) {
        flow.enqueue(stream);
    }

    /** Called by the connection when its socket takes bytes again, or no longer. */
    protected final void onTransportWritable(boolean writable) {
        if (closing) {
            return;
        }
        writer.reading(writable && !held.isHeld());
        if (writable) {
            flow.sendWaiting();
        }
        for (StreamBase stream : streams()) {
            if (stream.id != 0 && !stream.queued) {
                stream.onConnectionWritable(writable);
            }
        }
    }

    final boolean canWrite() {
        return writer.canWrite();
    }

    // ---- writing

    /** The buffer that gathers frames; flushed at the end of the loop's turn. */
    protected final ByteBuf out() {
        return writer.out();
    }

    /** Writes and flushes what has been gathered. */
    protected final void flushStaged() {
        writer.flush();
    }

    final void flushIfFull() {
        writer.flushIfFull();
    }

    final void writeData(StreamBase stream, ByteBuf in, int at, int length, boolean end) {
        stream.sendWindow -= length;
        flow.sent(length);
        writer.data(stream.id, in, at, length, end);
        if (end) {
            localEnded(stream);
        }
    }

    final void writeEnd(StreamBase stream) {
        writer.end(stream.id);
        localEnded(stream);
    }

    final void writeTrailers(StreamBase stream, Trailers trailers) {
        writer.trailers(stream.id, trailers);
        localEnded(stream);
    }

    /** Begins a HEADERS frame; {@link #endHeaders} ends it. */
    protected final ByteBuf beginHeaders(StreamBase stream, boolean endStream) {
        return writer.beginHeaders(stream.id, endStream);
    }

    protected final void endHeaders(StreamBase stream, ByteBuf out, boolean endStream) {
        writer.endHeaders(out);
        if (endStream) {
            localEnded(stream);
        }
    }

    private void localEnded(StreamBase stream) {
        stream.localEnded();
        onLocalEnd(stream);
    }

    /** Our side of a stream has ended. */
    protected abstract void onLocalEnd(StreamBase stream);

    final void writeWindowUpdate(int stream, int more) {
        writer.windowUpdate(stream, more);
    }

    /** Whether a stream was reset by us not long ago: what the peer sent before it knew may still come. */
    protected final boolean wasReset(int stream) {
        return gone.wasReset(stream);
    }

    protected final void writeReset(int stream, int code) {
        gone.reset(stream);
        writer.reset(stream, code);
    }

    protected final void writeGoAway(int last, int code) {
        writer.goAway(last, code);
    }

    // ---- mistakes of the peer

    /** A stream cannot go on; its owner is told. */
    protected final void streamError(StreamBase stream, int code) {
        glitch();
        if (stream.id != 0) {
            writeReset(stream.id, code);
            remove(stream);
            stream.onReset(code);
            onStreamLost();
        }
    }

    /** A stream has ended by a reset of the peer's, or by a mistake of its. */
    protected void onStreamLost() {}

    /** The connection cannot go on; always false. */
    @Override
    public final boolean fail(int code) {
        if (!closing) {
            closing = true;
            tolerance.glitch();
            writeGoAway(lastStream(), code);
            end();
            onFailed();
        }
        return false;
    }

    /** The peer has broken the connection. */
    protected void onFailed() {}

    /** The peer has answered a PING. */
    protected void onPong() {}

    /** Ends the connection once all is written. */
    protected final void end() {
        closing = true;
        writer.closeWhenWritten();
    }

    /** The highest stream of the peer's that was looked at. */
    protected abstract int lastStream();

    /** Something that is no mistake to end a connection for, but that no good peer does often. */
    protected final boolean glitch() {
        return tolerance.glitch() || fail(Frames.ENHANCE_YOUR_CALM);
    }

    /** Something that costs us more than the peer; too much of it ends the connection. */
    protected final boolean nuisance() {
        if (!tolerance.nuisance(loop.nowNs())) {
            return fail(Frames.ENHANCE_YOUR_CALM);
        }
        if (tolerance.isTried() && !held.isHeld() && !closing) {
            if (!HeldEndpoints.of(loop).add(this)) {
                return fail(Frames.ENHANCE_YOUR_CALM);
            }
            held.begin();
        }
        return true;
    }

    /** Something has come to its end as it should: floods are made of the opposite. */
    protected final void relieve() {
        tolerance.relieve();
    }

    /** The connection has ended: what was gathered or half read is let go. */
    protected final void dispose() {
        closing = true;
        held.dispose();
        writer.dispose();
        flow.dispose();
        reader.dispose();
        block.dispose();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.collection.IntObjectHashMap;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One end of an HTTP/2 connection (RFC 9113), whichever side it is: takes frames apart, keeps windows, gathers what is
 * written and flushes it once per turn of the loop, so that many streams share a system call.
 *
 * <p>A peer that does not read is not read from; so whatever it asks us to send, memory stays bounded. Not thread-safe.
 */
public abstract class Endpoint {
    private static final LoopLocal<byte[]> FRAME = new LoopLocal<>(loop -> new byte[64 * 1024]);
    private static final LoopLocal<byte[]> TEXT = new LoopLocal<>(loop -> new byte[64 * 1024]);

    /** Data up to this many bytes is copied behind its frame header. */
    private static final int COPIED_DATA = 4096;

    private static final int FIRST_STAGE = 2048;
    private static final int FULL_STAGE = 32 * 1024;

    /** What a peer may do that costs us more than it: so many at once, and so many a second. */
    private static final int NUISANCE_BURST = 1000;

    private static final int NUISANCES_PER_S = 100;
    private static final int LARGEST_WINDOW = Integer.MAX_VALUE;
    /** What is given to the whole connection beyond the default, so that streams do not hold each other up. */
    private static final int CONNECTION_WINDOW = 1 << 20;

    protected final Loop loop;
    private final EndpointSettings settings;
    private final HpackDecoder decoder;
    private final Runnable flushTask = this::flushNow;
    private final byte[] frame;

    private final IntObjectHashMap<StreamBase> streams = new IntObjectHashMap<>();
    private final ArrayDeque<StreamBase> waiting = new ArrayDeque<>();

    private @Nullable Transport transport;
    private boolean closing;
    private boolean dirty;
    private @Nullable ByteBuf staged;
    /** Where the last DATA frame that was copied to the staged bytes begins and ends there. */
    private int lastDataStart;

    private int lastDataEnd;

    // ---- the frame being read
    private final byte[] header = new byte[Frames.HEADER_LENGTH];
    private int headerLength;
    private int length;
    private int type;
    private int flags;
    private int streamId;
    private byte @Nullable [] partial;
    private int partialLength;
    private boolean inData;
    private int dataLeft;
    private int padding;
    private boolean padLengthDue;
    private @Nullable StreamBase dataStream;

    // ---- a header block in several frames
    private byte @Nullable [] block;
    private int blockLength;
    private int blockStream;
    private boolean blockEndsStream;

    private boolean settingsReceived;
    private int peerInitialWindow = Frames.DEFAULT_WINDOW;
    private int peerMaxFrameSize = Frames.SMALLEST_MAX_LENGTH;
    private int peerMaxStreams = Integer.MAX_VALUE;
    private int sendWindow = Frames.DEFAULT_WINDOW;
    private int receiveWindow = Frames.DEFAULT_WINDOW;
    private int unacknowledged;

    private int glitches;
    private double nuisances = NUISANCE_BURST;
    private long nuisancesAtNs;

    protected Endpoint(Loop loop, EndpointSettings settings) {
        this.loop = loop;
        this.settings = settings;
        frame = FRAME.of(loop);
        decoder = new HpackDecoder(settings.headerTableSize(), TEXT.of(loop));
        nuisancesAtNs = loop.nowNs();
    }

    /** The connection is there: our settings go out. */
    protected final void start(Transport transport) {
        this.transport = transport;
        ByteBuf out = out();
        writeSettings(out);
        int more = CONNECTION_WINDOW - Frames.DEFAULT_WINDOW;
        Frames.header(out, 4, Frames.WINDOW_UPDATE, 0, 0);
        out.writeInt(more);
        receiveWindow += more;
    }

    /** Writes the SETTINGS frame that begins a connection. */
    protected abstract void writeSettings(ByteBuf out);

    final EndpointSettings settings() {
        return settings;
    }

    /** How many streams are wanted at once. */
    protected final int settingsMaxStreams() {
        return settings.maxStreams();
    }

    /** The SETTINGS frame of a client. */
    protected final void writeClientSettings(ByteBuf out) {
        int start = out.writerIndex();
        Frames.header(out, 0, Frames.SETTINGS, 0, 0);
        if (settings.headerTableSize() != 4096) {
            out.writeShort(Frames.SETTINGS_HEADER_TABLE_SIZE).writeInt(settings.headerTableSize());
        }
        out.writeShort(Frames.SETTINGS_ENABLE_PUSH).writeInt(0);
        if (settings.initialWindow() != Frames.DEFAULT_WINDOW) {
            out.writeShort(Frames.SETTINGS_INITIAL_WINDOW_SIZE).writeInt(settings.initialWindow());
        }
        if (settings.maxFrameSize() != Frames.SMALLEST_MAX_LENGTH) {
            out.writeShort(Frames.SETTINGS_MAX_FRAME_SIZE).writeInt(settings.maxFrameSize());
        }
        out.writeShort(Frames.SETTINGS_MAX_HEADER_LIST_SIZE).writeInt(settings.maxHeaderList());
        Frames.close(out, start);
    }

    /** The peer did what no peer may; the connection ends. */
    protected final void protocolError() {
        fail(Frames.PROTOCOL_ERROR);
    }

    final int peerInitialWindow() {
        return peerInitialWindow;
    }

    protected final int peerMaxStreams() {
        return peerMaxStreams;
    }

    final int connectionSendWindow() {
        return sendWindow;
    }

    /** How often the peer did what a good one does not. */
    public final int glitches() {
        return glitches;
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
            stream.dropPending();
            if (dataStream == stream) {
                dataStream = null;
            }
            stream.id = 0;
        }
    }

    protected final boolean isClosing() {
        return closing;
    }

    // ---- reading

    /** Takes all of {@code in}. */
    protected final void receive(ByteBuf in) {
        while (!closing) {
            if (inData) {
                if (!data(in)) {
                    return;
                }
                continue;
            }
            if (headerLength < Frames.HEADER_LENGTH) {
                int more = Math.min(Frames.HEADER_LENGTH - headerLength, in.readableBytes());
                in.readBytes(header, headerLength, more);
                headerLength += more;
                if (headerLength < Frames.HEADER_LENGTH) {
                    return;
                }
                if (!frameHeader()) {
                    return;
                }
                if (type == Frames.DATA) {
                    beginData();
                    continue;
                }
            }
            if (!payload(in)) {
                return;
            }
        }
        in.skipBytes(in.readableBytes());
    }

    /** Behind what was read: a peer that does not take what it makes us send is not read from, within an event already. */
    protected final void holdIfFull() {
        Transport present = transport;
        if (present != null && !closing && !present.isWritable()) {
            flushStaged();
            if (!present.isWritable()) {
                present.reading(false);
            }
        }
    }

    private boolean frameHeader() {
        length = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | (header[2] & 0xff);
        type = header[3] & 0xff;
        flags = header[4] & 0xff;
        streamId = Frames.int32(header, 5) & 0x7fff_ffff;
        if (length > settings.maxFrameSize()) {
            return fail(Frames.FRAME_SIZE_ERROR);
        }
        if (!settingsReceived && (type != Frames.SETTINGS || (flags & Frames.ACK) != 0)) {
            return fail(Frames.PROTOCOL_ERROR); // section 3.4: it begins with its settings
        }
        if (blockStream != 0 && (type != Frames.CONTINUATION || streamId != blockStream)) {
            return fail(Frames.PROTOCOL_ERROR);
        }
        return true;
    }

    /** Gathers a frame's payload, where it lies in pieces, and handles it; false when more bytes are needed. */
    private boolean payload(ByteBuf in) {
        if (partialLength == 0 && in.readableBytes() >= length && length <= frame.length) {
            in.readBytes(frame, 0, length);
            headerLength = 0;
            handle(frame, length);
            return true;
        }
        byte[] gathered = partial;
        if (gathered == null || gathered.length < length) {
            gathered = gathered == null ? new byte[length] : Arrays.copyOf(gathered, length);
            partial = gathered;
        }
        int more = Math.min(length - partialLength, in.readableBytes());
        in.readBytes(gathered, partialLength, more);
        partialLength += more;
        if (partialLength < length) {
            return false;
        }
        partialLength = 0;
        headerLength = 0;
        partial = null;
        handle(gathered, length);
        return true;
    }

    private void handle(byte[] bytes, int length) {
        switch (type) {
            case Frames.HEADERS -> headers(bytes, length);
            case Frames.CONTINUATION -> continuation(bytes, length);
            case Frames.RST_STREAM -> resetStream(bytes, length);
            case Frames.SETTINGS -> settings(bytes, length);
            case Frames.PING -> ping(bytes, length);
            case Frames.GOAWAY -> goAway(bytes, length);
            case Frames.WINDOW_UPDATE -> windowUpdate(bytes, length);
            case Frames.PRIORITY -> priority(bytes, length);
            case Frames.PUSH_PROMISE -> fail(Frames.PROTOCOL_ERROR);
            default -> glitch(); // section 4.1: unknown types are ignored
        }
    }

    // ---- DATA

    private void beginData() {
        headerLength = 0;
        if (streamId == 0 || isIdle(streamId)) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        if (length > receiveWindow) {
            fail(Frames.FLOW_CONTROL_ERROR);
            return;
        }
        receiveWindow -= length;
        unacknowledged += length;
        StreamBase stream = streams.get(streamId);
        dataStream = stream;
        if (stream == null) {
            if (!wasReset(streamId)) { // then it crossed our RST_STREAM
                glitch();
                if (!nuisance()) {
                    return;
                }
                writeReset(streamId, Frames.STREAM_CLOSED);
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
        inData = true;
        dataLeft = length;
        padding = 0;
        padLengthDue = (flags & Frames.PADDED) != 0;
    }

    private boolean data(ByteBuf in) {
        if (padLengthDue) {
            if (dataLeft == 0) {
                return fail(Frames.FRAME_SIZE_ERROR);
            }
            if (!in.isReadable()) {
                return false;
            }
            padLengthDue = false;
            padding = in.readUnsignedByte();
            dataLeft -= 1 + padding;
            if (dataLeft < 0) {
                return fail(Frames.PROTOCOL_ERROR);
            }
            StreamBase padded = dataStream;
            if (padded != null) {
                padded.taken(1 + padding);
            }
        }
        if (dataLeft > 0) {
            int now = Math.min(dataLeft, in.readableBytes());
            if (now == 0) {
                return false;
            }
            StreamBase stream = dataStream;
            if (stream != null && !stream.onData(in, now)) {
                dataStream = null;
            }
            in.skipBytes(now);
            dataLeft -= now;
            StreamBase still = dataStream;
            if (still != null) {
                still.taken(now);
                if (dataLeft > 0) {
                    still.onDataFlush();
                }
            }
        }
        if (dataLeft == 0 && padding > 0) {
            int now = Math.min(padding, in.readableBytes());
            in.skipBytes(now);
            padding -= now;
        }
        if (dataLeft > 0 || padding > 0) {
            return in.isReadable();
        }
        inData = false;
        endOfData();
        return !closing;
    }

    private void endOfData() {
        if (unacknowledged >= CONNECTION_WINDOW / 2) {
            writeWindowUpdate(0, unacknowledged);
            receiveWindow += unacknowledged;
            unacknowledged = 0;
        }
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

    // ---- HEADERS, CONTINUATION

    private void headers(byte[] bytes, int length) {
        int from = 0;
        int to = length;
        if (streamId == 0) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        if ((flags & Frames.PADDED) != 0) {
            if (length < 1) {
                fail(Frames.FRAME_SIZE_ERROR);
                return;
            }
            to -= bytes[0] & 0xff;
            from = 1;
        }
        if ((flags & Frames.HAS_PRIORITY) != 0) {
            if (to - from < 5 && length - from < 5) {
                fail(Frames.FRAME_SIZE_ERROR);
                return;
            }
            if (to - from >= 5 && (Frames.int32(bytes, from) & 0x7fff_ffff) == streamId) {
                fail(Frames.PROTOCOL_ERROR);
                return;
            }
            from += 5;
        }
        if (to < from) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        boolean endStream = (flags & Frames.END_STREAM) != 0;
        if ((flags & Frames.END_HEADERS) != 0) {
            onHeaders(streamId, bytes, from, to, endStream);
            return;
        }
        blockStream = streamId;
        blockEndsStream = endStream;
        blockLength = 0;
        gather(bytes, from, to);
    }

    private void continuation(byte[] bytes, int length) {
        if (blockStream == 0) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        if (length == 0) {
            nuisance();
        }
        gather(bytes, 0, length);
        byte[] whole = block;
        if ((flags & Frames.END_HEADERS) != 0 && whole != null && !closing) {
            int stream = blockStream;
            blockStream = 0;
            block = null;
            onHeaders(stream, whole, 0, blockLength, blockEndsStream);
        }
    }

    /** A block is no longer than a head may be: what encodes more is a flood. */
    private void gather(byte[] bytes, int from, int to) {
        if (blockLength + to - from > settings.maxHeaderList()) {
            fail(Frames.ENHANCE_YOUR_CALM);
            return;
        }
        byte[] gathered = block;
        if (gathered == null || gathered.length < blockLength + to - from) {
            int size = Math.max(1024, (blockLength + to - from) * 2);
            gathered = gathered == null ? new byte[size] : Arrays.copyOf(gathered, size);
            block = gathered;
        }
        System.arraycopy(bytes, from, gathered, blockLength, to - from);
        blockLength += to - from;
    }

    /** A header block is whole; it must be decoded ({@link #decode}) whatever becomes of its stream. */
    protected abstract void onHeaders(int stream, byte[] block, int from, int to, boolean endStream);

    /** Decodes a block; false after a connection error. */
    protected final boolean decode(byte[] block, int from, int to, HpackDecoder.Sink sink) {
        return decoder.decode(block, from, to, sink) || fail(Frames.COMPRESSION_ERROR);
    }

    // ---- the other frames

    private void resetStream(byte[] bytes, int length) {
        if (length != 4) {
            fail(Frames.FRAME_SIZE_ERROR);
            return;
        }
        if (streamId == 0 || isIdle(streamId)) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        StreamBase stream = streams.get(streamId);
        if (!nuisance()) {
            return;
        }
        if (stream != null) {
            remove(stream);
            stream.onReset(Frames.int32(bytes, 0));
        }
    }

    private void settings(byte[] bytes, int length) {
        if (streamId != 0) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        if ((flags & Frames.ACK) != 0) {
            if (length != 0) {
                fail(Frames.FRAME_SIZE_ERROR);
            }
            return;
        }
        if (length % 6 != 0) {
            fail(Frames.FRAME_SIZE_ERROR);
            return;
        }
        if (settingsReceived && !nuisance()) {
            return;
        }
        for (int at = 0; at < length; at += 6) {
            int value = Frames.int32(bytes, at + 2);
            if (!setting((bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff), value)) {
                return;
            }
        }
        Frames.header(out(), 0, Frames.SETTINGS, Frames.ACK, 0);
        boolean first = !settingsReceived;
        settingsReceived = true;
        if (first) {
            onFirstSettings();
        }
    }

    /** The peer's settings are known. */
    protected void onFirstSettings() {}

    private boolean setting(int name, int value) {
        switch (name) {
            case Frames.SETTINGS_ENABLE_PUSH -> {
                if (value != 0 && value != 1) {
                    return fail(Frames.PROTOCOL_ERROR);
                }
            }
            case Frames.SETTINGS_MAX_CONCURRENT_STREAMS -> peerMaxStreams = value < 0 ? Integer.MAX_VALUE : value;
            case Frames.SETTINGS_INITIAL_WINDOW_SIZE -> {
                if (value < 0) {
                    return fail(Frames.FLOW_CONTROL_ERROR);
                }
                return peerInitialWindow(value);
            }
            case Frames.SETTINGS_MAX_FRAME_SIZE -> {
                if (value < Frames.SMALLEST_MAX_LENGTH || value > 0xff_ffff) {
                    return fail(Frames.PROTOCOL_ERROR);
                }
                peerMaxFrameSize = Math.min(value, FULL_STAGE);
            }
            default -> {} // the encoder keeps no table, priorities are not kept
        }
        return true;
    }

    /** Section 6.9.2: what is open changes by the difference. */
    private boolean peerInitialWindow(int value) {
        int difference = value - peerInitialWindow;
        peerInitialWindow = value;
        for (StreamBase stream : streams.values()) {
            if (difference > 0 && stream.sendWindow > LARGEST_WINDOW - difference) {
                return fail(Frames.FLOW_CONTROL_ERROR);
            }
            stream.sendWindow += difference;
        }
        if (difference > 0) {
            sendWaiting();
        }
        return true;
    }

    private void ping(byte[] bytes, int length) {
        if (length != 8) {
            fail(Frames.FRAME_SIZE_ERROR);
        } else if (streamId != 0) {
            fail(Frames.PROTOCOL_ERROR);
        } else if ((flags & Frames.ACK) == 0 && nuisance()) {
            ByteBuf out = out();
            Frames.header(out, 8, Frames.PING, Frames.ACK, 0);
            out.writeBytes(bytes, 0, 8);
        }
    }

    private void goAway(byte[] bytes, int length) {
        if (streamId != 0) {
            fail(Frames.PROTOCOL_ERROR);
        } else if (length < 8) {
            fail(Frames.FRAME_SIZE_ERROR);
        } else {
            onGoAway(Frames.int32(bytes, 0) & 0x7fff_ffff, Frames.int32(bytes, 4));
        }
    }

    /** The peer takes no streams above {@code last}. */
    protected abstract void onGoAway(int last, int code);

    private void windowUpdate(byte[] bytes, int length) {
        if (length != 4) {
            fail(Frames.FRAME_SIZE_ERROR);
            return;
        }
        int more = Frames.int32(bytes, 0) & 0x7fff_ffff;
        if (streamId == 0) {
            if (more == 0) {
                fail(Frames.PROTOCOL_ERROR);
            } else if (sendWindow > LARGEST_WINDOW - more) {
                fail(Frames.FLOW_CONTROL_ERROR);
            } else {
                sendWindow += more;
                sendWaiting();
            }
            return;
        }
        if (isIdle(streamId)) {
            fail(Frames.PROTOCOL_ERROR);
            return;
        }
        StreamBase stream = streams.get(streamId);
        if (stream == null) {
            return;
        }
        if (more == 0) {
            streamError(stream, Frames.PROTOCOL_ERROR);
        } else if (stream.sendWindow > LARGEST_WINDOW - more) {
            streamError(stream, Frames.FLOW_CONTROL_ERROR);
        } else {
            stream.sendWindow += more;
            if (stream.queued) {
                sendWaiting();
            }
        }
    }

    private void priority(byte[] bytes, int length) {
        if (length != 5) {
            fail(Frames.FRAME_SIZE_ERROR);
        } else if (streamId == 0 || (Frames.int32(bytes, 0) & 0x7fff_ffff) == streamId) {
            fail(Frames.PROTOCOL_ERROR);
        } else if (streams.get(streamId) == null) {
            nuisance();
        }
    }

    /** Whether no such stream has been opened yet. */
    protected abstract boolean isIdle(int stream);

    // ---- windows

    final void waitForWindow(StreamBase stream) {
        if (!stream.queued) {
            stream.queued = true;
            waiting.addLast(stream);
        }
    }

    /** Gives every waiting stream a turn. */
    private void sendWaiting() {
        for (int turns = waiting.size(); turns > 0 && sendWindow > 0 && canWrite(); turns--) {
            StreamBase stream = waiting.pollFirst();
            if (stream == null) {
                return;
            }
            stream.queued = false;
            if (stream.id == 0) {
                continue;
            }
            if (!stream.sendPending()) {
                waitForWindow(stream);
            } else if (stream.id != 0) {
                stream.onWritable();
            }
        }
    }

    /** Called by the connection when its socket takes bytes again, or no longer. */
    protected final void onTransportWritable(boolean writable) {
        Transport present = transport;
        if (present == null || closing) {
            return;
        }
        present.reading(writable);
        if (writable) {
            sendWaiting();
        }
        for (StreamBase stream : streams()) {
            if (stream.id != 0 && !stream.queued) {
                stream.onConnectionWritable(writable);
            }
        }
    }

    final boolean canWrite() {
        Transport present = transport;
        return present != null && present.isWritable();
    }

    // ---- writing

    /** The buffer that gathers frames; flushed at the end of the loop's turn. */
    protected final ByteBuf out() {
        ByteBuf out = staged;
        if (out != null && out.readableBytes() >= FULL_STAGE) {
            writeStaged();
            out = null;
        }
        if (out == null) {
            out = PooledByteBufAllocator.DEFAULT.directBuffer(FIRST_STAGE);
            staged = out;
            lastDataEnd = 0;
        }
        flushLater();
        return out;
    }

    private void flushLater() {
        if (!dirty) {
            dirty = true;
            loop.eventLoop().execute(flushTask);
        }
    }

    private void writeStaged() {
        ByteBuf out = staged;
        Transport present = transport;
        if (out != null) {
            staged = null;
            if (present == null) {
                out.release();
            } else {
                present.write(out);
            }
        }
    }

    private void flushNow() {
        dirty = false;
        flushStaged();
    }

    /** Writes and flushes what has been gathered. */
    protected final void flushStaged() {
        writeStaged();
        Transport present = transport;
        if (present != null) {
            present.flush();
        }
    }

    /** What waits to be flushed is more than the transport likes: it shows whether the socket takes it. */
    final void flushIfFull() {
        if (!canWrite()) {
            flushStaged();
        }
    }

    final void writeData(StreamBase stream, ByteBuf in, int at, int length, boolean end) {
        stream.sendWindow -= length;
        sendWindow -= length;
        int left = length;
        int from = at;
        while (left > 0) {
            int now = Math.min(left, peerMaxFrameSize);
            left -= now;
            ByteBuf out = out();
            int start = out.writerIndex();
            Frames.header(out, now, Frames.DATA, end && left == 0 ? Frames.END_STREAM : 0, stream.id);
            if (now <= COPIED_DATA) {
                out.writeBytes(in, from, now);
                lastDataStart = start;
                lastDataEnd = out.writerIndex();
            } else {
                writeStaged();
                Transport present = transport;
                if (present != null) {
                    present.write(in.retainedSlice(from, now));
                }
            }
            from += now;
        }
        if (end) {
            localEnded(stream);
        }
    }

    final void writeEnd(StreamBase stream) {
        ByteBuf out = out();
        if (lastDataEnd > 0 && out.writerIndex() == lastDataEnd && out.getInt(lastDataStart + 5) == stream.id) {
            out.setByte(lastDataStart + 4, Frames.END_STREAM); // the last frame is this stream's: it has not left yet
        } else {
            Frames.header(out, 0, Frames.DATA, Frames.END_STREAM, stream.id);
        }
        localEnded(stream);
    }

    final void writeTrailers(StreamBase stream, Trailers trailers) {
        ByteBuf out = out();
        int start = out.writerIndex();
        Frames.header(out, 0, Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, stream.id);
        trailers.forEach((bytes, nameStart, nameEnd, valueStart, valueEnd) ->
                HpackEncoder.field(out, bytes, nameStart, nameEnd, valueStart, valueEnd));
        closeHeaders(out, start);
        localEnded(stream);
    }

    /** Begins a HEADERS frame; {@link #endHeaders} ends it. */
    protected final ByteBuf beginHeaders(StreamBase stream, boolean endStream) {
        ByteBuf out = out();
        headersAt = out.writerIndex();
        Frames.header(out, 0, Frames.HEADERS, Frames.END_HEADERS | (endStream ? Frames.END_STREAM : 0), stream.id);
        return out;
    }

    private int headersAt;

    protected final void endHeaders(StreamBase stream, ByteBuf out, boolean endStream) {
        closeHeaders(out, headersAt);
        if (endStream) {
            localEnded(stream);
        }
    }

    /** Writes the length of a HEADERS frame; a block longer than a frame is split into CONTINUATION frames. */
    private void closeHeaders(ByteBuf out, int start) {
        int length = out.writerIndex() - start - Frames.HEADER_LENGTH;
        if (length <= peerMaxFrameSize) {
            Frames.close(out, start);
            return;
        }
        int flags = out.getByte(start + 4);
        int stream = out.getInt(start + 5);
        byte[] rest = new byte[length - peerMaxFrameSize];
        out.getBytes(start + Frames.HEADER_LENGTH + peerMaxFrameSize, rest);
        out.writerIndex(start + Frames.HEADER_LENGTH + peerMaxFrameSize);
        out.setByte(start + 4, flags & ~Frames.END_HEADERS);
        Frames.close(out, start);
        for (int at = 0; at < rest.length; at += peerMaxFrameSize) {
            int now = Math.min(peerMaxFrameSize, rest.length - at);
            boolean last = at + now == rest.length;
            Frames.header(out, now, Frames.CONTINUATION, last ? Frames.END_HEADERS : 0, stream);
            out.writeBytes(rest, at, now);
        }
    }

    private void localEnded(StreamBase stream) {
        stream.localEnded();
        onLocalEnd(stream);
    }

    /** Our side of a stream has ended. */
    protected abstract void onLocalEnd(StreamBase stream);

    final void writeWindowUpdate(int stream, int more) {
        ByteBuf out = out();
        Frames.header(out, 4, Frames.WINDOW_UPDATE, 0, stream);
        out.writeInt(more);
    }

    /** Whether a stream was reset by us not long ago: what the peer sent before it knew may still come. */
    protected final boolean wasReset(int stream) {
        for (int reset : resets) {
            if (reset == stream) {
                return true;
            }
        }
        return false;
    }

    private final int[] resets = new int[16];
    private int resetCount;

    protected final void writeReset(int stream, int code) {
        resets[resetCount++ & 15] = stream;
        ByteBuf out = out();
        Frames.header(out, 4, Frames.RST_STREAM, 0, stream);
        out.writeInt(code);
    }

    protected final void writeGoAway(int last, int code) {
        ByteBuf out = out();
        Frames.header(out, 8, Frames.GOAWAY, 0, 0);
        out.writeInt(last).writeInt(code);
    }

    // ---- mistakes of the peer

    /** A stream cannot go on; its owner is told. */
    protected final void streamError(StreamBase stream, int code) {
        glitch();
        if (stream.id != 0) {
            writeReset(stream.id, code);
            remove(stream);
            stream.onReset(code);
        }
    }

    /** The connection cannot go on; always false. */
    protected final boolean fail(int code) {
        if (!closing) {
            closing = true;
            glitches++;
            writeGoAway(lastStream(), code);
            end();
            onFailed();
        }
        return false;
    }

    /** The peer has broken the connection. */
    protected void onFailed() {}

    /** Ends the connection once all is written. */
    protected final void end() {
        closing = true;
        flushStaged();
        Transport present = transport;
        if (present != null) {
            present.closeWhenWritten();
        }
    }

    /** The highest stream of the peer's that was looked at. */
    protected abstract int lastStream();

    /** Something that is no mistake to end a connection for, but that no good peer does often. */
    protected final boolean glitch() {
        glitches++;
        int threshold = settings.glitchesThreshold();
        return threshold <= 0 || glitches < threshold || fail(Frames.ENHANCE_YOUR_CALM);
    }

    /** Something that costs us more than the peer; too much of it ends the connection. */
    protected final boolean nuisance() {
        long now = loop.nowNs();
        nuisances = Math.min(NUISANCE_BURST, nuisances + (now - nuisancesAtNs) * 1e-9 * NUISANCES_PER_S) - 1;
        nuisancesAtNs = now;
        return nuisances >= 0 || fail(Frames.ENHANCE_YOUR_CALM);
    }

    /** The connection has ended: what was gathered or half read is let go. */
    protected final void dispose() {
        closing = true;
        ByteBuf out = staged;
        if (out != null) {
            staged = null;
            out.release();
        }
        transport = null;
        waiting.clear();
        partial = null;
        block = null;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.language.HeapRoom;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What HAProxy calls a pattern reference: the patterns of one file, or those written in one {@code acl} line, wherever they
 * are used. A file has one reference in a configuration, so that a change of it is seen by all who use it.
 *
 * <p>Built by the loading thread. Afterwards any thread may change it, one at a time: a change copies O(log n) and then
 * replaces {@link #current}, which readers see whole.
 */
public final class PatternReference {
    private final int serial;
    private final @Nullable String file;
    private final String description;
    private final boolean withValues;
    private final List<String> uses = new ArrayList<>();
    private final List<PatternSet> sets = new ArrayList<>();
    private boolean usedByAcl;
    private int id = NO_ID;

    private volatile PatternContents current = PatternContents.empty(0); // written under the lock, read by any
    private final Map<Integer, PatternContents> prepared = new TreeMap<>(); // under the lock
    private int newestVersion; // under the lock
    private long nextOrder; // under the lock

    static final int NO_ID = -1;

    /** So many values of a file are compared while it is loaded. */
    private static final int DIFFERENT_VALUES = 4096;

    /**
     * @param serial unique in its configuration
     * @param file its name, or null
     * @param description how operators are told what it is, where it is no file
     * @param withValues whether a line of the file is a pattern and its value
     */
    PatternReference(int serial, @Nullable String file, String description, boolean withValues) {
        this.serial = serial;
        this.file = file;
        this.description = description;
        this.withValues = withValues;
    }

    @Nullable String file() {
        return file;
    }

    boolean withValues() {
        return withValues;
    }

    boolean usedByAcl() {
        return usedByAcl || file == null;
    }

    int id() {
        return id;
    }

    void id(int number) {
        id = number;
    }

    /** Notes who uses it; once for each line of a configuration. */
    void usedBy(String user, boolean acl) {
        usedByAcl |= acl;
        if (!uses.contains(user)) {
            uses.add(user);
        }
    }

    /** What {@code show acl} and {@code show map} say it is. */
    String description() {
        return file == null
                ? description
                : "pattern loaded from file '" + file + "' used by " + String.join(", by ", uses);
    }

    List<PatternSet> sets() {
        return sets;
    }

    PatternContents current() {
        return current;
    }

    // ---- while the configuration is loaded

    /**
     * The patterns as {@code kind} reads them.
     *
     * @param names whether names of hosts are looked up in patterns that are no address
     * @throws SampleError in HAProxy's words if it cannot read one
     */
    public PatternSet set(PatternKind kind, boolean names) {
        for (PatternSet set : sets) {
            if (set.kind().equals(kind)) {
                return set;
            }
        }
        Set<PatternOutput> outputs = outputs();
        boolean known = !outputs.add(kind.output()) || !PatternValue.isRead(outputs);
        PatternIndex.Filling filling = PatternIndex.filling(kind);
        Series<PatternEntry> entries = current.entries();
        for (PatternEntry entry = entries.from(0); entry != null; entry = entries.from(entry.order() + 1)) {
            if (entry.line() % HeapRoom.LINES == 0) {
                HeapRoom.check(PatternFile.PATTERNS);
            }
            try {
                filling.add(entry, names);
                byte[] mapped = entry.mapped();
                if (mapped != null && !known) {
                    entry.value(PatternValue.parse(mapped, outputs));
                }
            } catch (SampleError error) {
                throw file == null
                        ? error
                        : new SampleError(error.text() + " at line " + entry.line() + " of file '" + file + "'");
            }
        }
        current = current.with(filling.index());
        PatternSet set = new PatternSet(this, sets.size(), kind);
        sets.add(set);
        return set;
    }

    private Set<PatternOutput> outputs() {
        Set<PatternOutput> outputs = EnumSet.noneOf(PatternOutput.class);
        sets.forEach(set -> outputs.add(set.kind().output()));
        return outputs;
    }

    /**
     * Adds a pattern while loading.
     *
     * @param line where it stands in the file, 0 in no file
     * @throws SampleError in HAProxy's words if it cannot be read
     */
    public void load(String key, @Nullable String value, int line, boolean names) {
        if (line % HeapRoom.LINES == 0) {
            HeapRoom.check(PatternFile.PATTERNS);
        }
        current = current.with(entry(key, value == null ? null : Text.bytes(value), line), names);
        nextOrder++;
    }

    /** Adds what a file has. Values that are the same, as most are, are kept once. */
    void load(List<PatternFile.Line> lines) {
        Map<String, byte[]> values = new HashMap<>();
        for (PatternFile.Line line : lines) {
            if (line.number() % HeapRoom.LINES == 0) {
                HeapRoom.check(PatternFile.PATTERNS);
            }
            byte[] value = withValues ? values.computeIfAbsent(line.value(), Text::bytes) : null;
            if (values.size() > DIFFERENT_VALUES) {
                values.clear();
            }
            current = current.with(entry(line.key(), value, line.number()), false);
            nextOrder++;
        }
    }

    /** The next one. */
    private PatternEntry entry(String key, byte @Nullable [] value, int line) {
        PatternEntry entry = new PatternEntry(nextOrder, key, line, value);
        Set<PatternOutput> outputs = outputs();
        if (value != null && PatternValue.isRead(outputs)) {
            entry.value(PatternValue.parse(value, outputs));
        }
        return entry;
    }

    /** Entries are going to be asked for by their key: prepares that, which takes a moment for a long file. */
    public synchronized void editable() {
        current = current.keyed();
    }

    // ---- at run time

    /** How operators name an entry: a number that no other entry of the configuration has. */
    long entryName(PatternEntry entry) {
        return (serial + 1L) << 32 | entry.order();
    }

    private @Nullable PatternEntry named(PatternContents contents, long name) {
        return name >>> 32 == serial + 1L ? contents.entries().get(name & 0xFFFFFFFFL) : null;
    }

    /** The newest version that was prepared. */
    synchronized int newestVersion() {
        return newestVersion;
    }

    /** How many patterns there are, in all versions, counted once for each kind of look-up, as HAProxy does. */
    synchronized long count() {
        long entries = current.entries().size();
        for (PatternContents contents : prepared.values()) {
            entries += contents.entries().size();
        }
        return entries * sets.size();
    }

    /** The entries of a version; empty where there is none of it. */
    synchronized Series<PatternEntry> entries(int version) {
        PatternContents contents = version == current.version() ? current : prepared.get(version);
        return contents == null ? Series.empty() : contents.entries();
    }

    /** Whether there is or was such a version. */
    synchronized boolean isPrepared(int version) {
        return version - newestVersion <= 0;
    }

    /** Begins another version, which nobody sees before it is {@linkplain #commit committed}; answers its number. */
    synchronized int prepare() {
        return ++newestVersion;
    }

    /**
     * Adds an entry.
     *
     * @param version to which version; one that is over is left alone
     * @throws SampleError in HAProxy's words if pattern or value cannot be read; nothing has changed
     */
    synchronized void add(int version, String key, @Nullable String value) {
        PatternEntry entry = entry(key, value == null ? null : Text.bytes(value), 0);
        if (version == current.version()) {
            current = current.with(entry, false);
        } else if (version - current.version() > 0) {
            PatternContents contents = prepared.get(version);
            prepared.put(version, (contents == null ? emptied(version) : contents).with(entry, false));
        }
        nextOrder++;
    }

    /** Adds an entry to the current version. */
    public synchronized void add(String key, @Nullable String value) {
        add(current.version(), key, value);
    }

    private PatternContents emptied(int version) {
        return current.emptied(version, sets.stream().map(PatternSet::kind).toList());
    }

    /** Removes all entries of a version. */
    synchronized void clear(int version) {
        if (version == current.version()) {
            current = emptied(version);
        } else {
            prepared.remove(version);
        }
    }

    /** Puts a prepared version in the place of the current one; false where it is not between that and the newest. */
    synchronized boolean commit(int version) {
        if (version - current.version() <= 0 || version - newestVersion > 0) {
            return false;
        }
        PatternContents contents = prepared.remove(version);
        current = contents == null ? emptied(version) : contents;
        prepared.keySet().removeIf(other -> other - version <= 0);
        return true;
    }

    /** Removes the entries of a key; false where there is none. */
    public synchronized boolean delete(String key) {
        List<PatternEntry> entries = of(key);
        entries.forEach(entry -> current = current.without(entry));
        return !entries.isEmpty();
    }

    /** Removes one entry; false where there is none of that name. */
    synchronized boolean delete(long name) {
        PatternEntry entry = named(current, name);
        if (entry != null) {
            current = current.without(entry);
        }
        return entry != null;
    }

    /**
     * Gives the entries of a key another value; false where there is none.
     *
     * @throws SampleError in HAProxy's words if it cannot be read; nothing has changed
     */
    public synchronized boolean set(String key, String value) {
        List<PatternEntry> entries = of(key);
        PatternValue read = PatternValue.parse(Text.bytes(value), outputs());
        entries.forEach(entry -> entry.value(read));
        return !entries.isEmpty();
    }

    /** Gives one entry another value; false where there is none of that name. */
    synchronized boolean set(long name, String value) {
        PatternEntry entry = named(current, name);
        if (entry != null) {
            entry.value(PatternValue.parse(Text.bytes(value), outputs()));
        }
        return entry != null;
    }

    /** Whether the current version has an entry of that key. */
    public boolean contains(String key) {
        byte[] bytes = Text.bytes(key);
        return current.find(bytes, 0, bytes.length) != null;
    }

    private List<PatternEntry> of(String key) {
        current = current.keyed();
        byte[] bytes = Text.bytes(key);
        Bucket bucket = current.find(bytes, 0, bytes.length);
        List<PatternEntry> entries = new ArrayList<>();
        if (bucket != null) {
            Consumer<PatternEntry> collect = entries::add;
            bucket.forEach(collect);
        }
        return entries;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * PCRE2 with its just-in-time compiler, as far as Tandem calls it (pcre2api(3)). It stands on jffi, as {@code Libc} does.
 * Thread-safe.
 */
final class Pcre2 {
    private static final String SHARED_OBJECT = "libpcre2-8.so.0";
    private static final int MAX_ARGUMENTS = 7;

    private static final int NOT_BEGINNING = 1;
    private static final int CASELESS = 0x8;
    private static final int NO_AUTO_CAPTURE = 0x2000;
    private static final int UTF = 0x80000;
    private static final int JIT_COMPLETE = 1;
    private static final int INFO_ALL_OPTIONS = 0;
    private static final int CONFIG_JIT = 1;
    private static final int CONFIG_NEWLINE = 5;
    private static final int NEWLINE_LF = 2;
    private static final int CONFIG_VERSION = 11;
    private static final int MESSAGE_LENGTH = 256;

    private static final Cleaner CLEANER = Cleaner.create();

    /** The library, or null where it is not installed. */
    static final @Nullable Pcre2 INSTALLED = open();

    private final Library library; // kept open
    private final CallContext[] signatures = new CallContext[MAX_ARGUMENTS + 1];
    private final long compile;
    private final long jitCompile;
    private final long codeFree;
    private final long match;
    private final long jitMatch;
    private final long patternInfo;
    private final long matchDataCreate;
    private final long matchDataFree;
    private final long ovectorPointer;
    private final long matchContextCreate;
    private final long setMatchLimit;
    private final long setHeapLimit;
    private final long errorMessage;
    private final long config;

    /** The limits of every match: never freed, never changed. */
    private final long limits;

    private final int newline;

    private Pcre2(Library library) {
        this.library = library;
        for (int count = 0; count <= MAX_ARGUMENTS; count++) {
            Type[] arguments = new Type[count];
            Arrays.fill(arguments, Type.SINT64);
            signatures[count] = CallContext.getCallContext(Type.SINT64, arguments, CallingConvention.DEFAULT, false);
        }
        compile = find("pcre2_compile_8");
        jitCompile = find("pcre2_jit_compile_8");
        codeFree = find("pcre2_code_free_8");
        match = find("pcre2_match_8");
        jitMatch = find("pcre2_jit_match_8");
        patternInfo = find("pcre2_pattern_info_8");
        matchDataCreate = find("pcre2_match_data_create_8");
        matchDataFree = find("pcre2_match_data_free_8");
        ovectorPointer = find("pcre2_get_ovector_pointer_8");
        matchContextCreate = find("pcre2_match_context_create_8");
        setMatchLimit = find("pcre2_set_match_limit_8");
        setHeapLimit = find("pcre2_set_heap_limit_8");
        errorMessage = find("pcre2_get_error_message_8");
        config = find("pcre2_config_8");
        limits = call(matchContextCreate, 0);
        call(setMatchLimit, limits, RegexLimits.MATCHES);
        call(setHeapLimit, limits, RegexLimits.HEAP_KB);
        newline = setting(CONFIG_NEWLINE);
    }

    private static @Nullable Pcre2 open() {
        if (Boolean.getBoolean("tandem.regex.java")) {
            return null;
        }
        try {
            Library library = Library.openLibrary(SHARED_OBJECT, Library.LAZY | Library.LOCAL);
            return library == null ? null : new Pcre2(library);
        } catch (IllegalStateException | UnsatisfiedLinkError unusable) {
            return null; // Regexes.isPcre says so
        }
    }

    private long find(String name) {
        long address = library.getSymbolAddress(name);
        if (address == 0) {
            throw new IllegalStateException(SHARED_OBJECT + " has no " + name);
        }
        return address;
    }

    private long call(long function, long a) {
        return Invoker.getInstance().invokeN1(signatures[1], function, a);
    }

    private long call(long function, long a, long b) {
        return Invoker.getInstance().invokeN2(signatures[2], function, a, b);
    }

    private long call(long function, long a, long b, long c) {
        return Invoker.getInstance().invokeN3(signatures[3], function, a, b, c);
    }

    private int setting(int which) {
        ByteBuffer answer = memory(Integer.BYTES);
        call(config, which, address(answer));
        return answer.getInt(0);
    }

    boolean compilesToMachineCode() {
        return setting(CONFIG_JIT) == 1;
    }

    String version() {
        ByteBuffer text = memory(MESSAGE_LENGTH);
        int length = (int) call(config, CONFIG_VERSION, address(text));
        return text(text, Math.max(0, length - 1));
    }

    /** Whether a line ends with a newline, as everywhere; the library can be built for other endings. */
    boolean endsLinesByNewline() {
        return newline == NEWLINE_LF;
    }

    /** Whether an expression is one, without the effort of making machine code of it. */
    void check(String expression, boolean ignoreCase, boolean captures) throws RegexSyntaxException {
        call(codeFree, code(expression, ignoreCase, captures));
    }

    Pcre2Regex compile(String expression, boolean ignoreCase, boolean captures) throws RegexSyntaxException {
        long code = code(expression, ignoreCase, captures);
        // Where there is no memory that may be executed, the library's interpreter does.
        boolean compiled = call(jitCompile, code, JIT_COMPLETE) == 0;
        Pcre2Regex regex = new Pcre2Regex(this, code, compiled && !isUtf(code) ? jitMatch : match);
        CLEANER.register(regex, new Release(codeFree, code, this));
        return regex;
    }

    private long code(String expression, boolean ignoreCase, boolean captures) throws RegexSyntaxException {
        byte[] bytes = expression.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer pattern = memory(bytes.length + 1).put(bytes);
        ByteBuffer mistake = memory(16);
        int options = (ignoreCase ? CASELESS : 0) | (captures ? 0 : NO_AUTO_CAPTURE);
        long code;
        try {
            code = Invoker.getInstance()
                    .invokeN6(
                            signatures[6],
                            compile,
                            address(pattern),
                            bytes.length,
                            options,
                            address(mistake),
                            address(mistake) + 8,
                            0);
        } finally {
            Reference.reachabilityFence(pattern);
        }
        if (code == 0) {
            throw new RegexSyntaxException(message(mistake.getInt(0)), (int) mistake.getLong(8));
        }
        return code;
    }

    /** Whether the expression begins with {@code (*UTF)}: then subjects must be checked, which the fast function does not. */
    private boolean isUtf(long code) {
        ByteBuffer options = memory(Integer.BYTES);
        call(patternInfo, code, INFO_ALL_OPTIONS, address(options));
        return (options.getInt(0) & UTF) != 0;
    }

    private String message(int error) {
        ByteBuffer text = memory(MESSAGE_LENGTH);
        int length = (int) call(errorMessage, error, address(text), MESSAGE_LENGTH);
        return text(text, Math.max(0, length));
    }

    /** Room for the groups of one match, freed with {@code owner}. */
    long createMatchData(Object owner) {
        long data = call(matchDataCreate, Matching.GROUPS, 0);
        CLEANER.register(owner, new Release(matchDataFree, data, this));
        return data;
    }

    /** Where a match writes the places of its groups: pairs of 64-bit numbers. */
    ByteBuffer groupPlaces(long matchData) {
        return MemoryIO.getInstance()
                .newDirectByteBuffer(call(ovectorPointer, matchData), Matching.GROUPS * 2 * Long.BYTES)
                .order(ByteOrder.nativeOrder());
    }

    /** The arguments of matches that use {@code matchData}, to be called through {@link Trampoline}. */
    ByteBuffer frame(long matchData) {
        return memory(Trampoline.FRAME)
                .putLong(3 * Long.BYTES, 0)
                .putLong(5 * Long.BYTES, matchData)
                .putLong(6 * Long.BYTES, limits);
    }

    /**
     * Answers how many groups were set, 0 for more than there is room for, or an error: below 0.
     *
     * @param function the one for the code: {@code pcre2_jit_match} saves a third of the call, and is for machine code only
     */
    int match(long function, long code, NativeSubject subject, Matching matching) {
        int options = matching.isRest() ? NOT_BEGINNING : 0;
        if (Trampoline.ADDRESS == 0) {
            return matchByBuffer(function, code, subject, matching.length(), options);
        }
        subject.frame()
                .putLong(0, code)
                .putLong(Long.BYTES, subject.address())
                .putLong(2 * Long.BYTES, matching.length())
                .putLong(4 * Long.BYTES, options)
                .putLong(7 * Long.BYTES, function);
        return (int) call(Trampoline.ADDRESS, subject.frameAddress());
    }

    private int matchByBuffer(long function, long code, NativeSubject subject, int length, int options) {
        HeapInvocationBuffer arguments = new HeapInvocationBuffer(signatures[7]);
        arguments.putLong(code);
        arguments.putLong(subject.address());
        arguments.putLong(length);
        arguments.putLong(0);
        arguments.putLong(options);
        arguments.putLong(subject.matchData());
        arguments.putLong(limits);
        return (int) Invoker.getInstance().invokeLong(signatures[7], function, arguments);
    }

    /** Memory that native code can read and write; it must be kept reachable while it does. */
    static ByteBuffer memory(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    static long address(ByteBuffer memory) {
        return MemoryIO.getInstance().getDirectBufferAddress(memory);
    }

    private static String text(ByteBuffer memory, int length) {
        byte[] bytes = new byte[length];
        memory.get(0, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Gives memory of the library back. */
    private record Release(long function, long address, Pcre2 library) implements Runnable {
        @Override
        public void run() {
            library.call(function, address);
        }
    }
}
